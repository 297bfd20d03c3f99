"""Who a member is, as the card shows it."""

from collections.abc import Sequence
from dataclasses import dataclass

from cloud.database import UnitOfWork
from cloud.labels import service as labels
from cloud.labels.models import Label
from cloud.members import contacts, photos
from cloud.members.models import Member, MemberContact
from cloud.sites import service as sites


@dataclass(frozen=True, slots=True)
class PersonView:
    """What belongs to a member besides the row; `photo_digest` is empty without a photo."""

    photo_digest: str
    site_name: str
    contacts: Sequence[MemberContact]
    tags: Sequence[Label]
    card_type: Label | None
    source: Label | None
    reason: Label | None


def person_view(session: UnitOfWork, member: Member) -> PersonView:
    """The labels by their names, the contacts, the photo."""
    ids = [label_id for label_id in (member.card_type_id, member.source_id, member.reason_id) if label_id]
    named = labels.list_by_ids(session, ids)
    return PersonView(
        photo_digest=photos.digests_of(session, [member.id]).get(member.id, ""),
        site_name=sites.get_site(session, member.site_id).name,
        contacts=contacts.list_contacts(session, member.id),
        tags=contacts.tags_of(session, [member.id]).get(member.id, ()),
        card_type=named.get(member.card_type_id or ""),
        source=named.get(member.source_id or ""),
        reason=named.get(member.reason_id or ""),
    )
