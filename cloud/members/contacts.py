"""Further telephones and e-mail addresses of a member, and their tags: each set as a whole."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final, Literal

from sqlalchemy import bindparam, delete, select

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.errors import invalid_field
from cloud.kit.telephone import parse_telephone, region_of
from cloud.labels import service as labels
from cloud.labels.models import Label
from cloud.members import repository, service
from cloud.members.models import MemberContact, MemberTag
from cloud.sites import service as sites

ContactKind = Literal["phone", "email"]
CONTACTS_MAX: Final = 10
TAGS_MAX: Final = 20
_TAGS: Final = (
    select(MemberTag.member_id, Label)
    .join(Label, Label.id == MemberTag.label_id)
    .where(MemberTag.member_id.in_(bindparam("member_ids", expanding=True)))
    .order_by(Label.folded_name)
)
"""Made once: every list of members asks it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactDetails:
    """`value` is a telephone number in any writing or an e-mail address; `note` says whose it is."""

    kind: ContactKind
    value: str
    note: str = ""


def set_contacts(session: UnitOfWork, actor: Actor, member_id: str, wanted: Sequence[ContactDetails]) -> None:
    """Let these be all the contacts besides the first telephone and e-mail address.

    Raises:
        NotFoundError: there is no such member.
        InvalidError: they are more than 10, or a telephone number can be nobody's.
        ConflictError: they were erased.
    """
    member = service.take(session, member_id)
    if len(wanted) > CONTACTS_MAX:
        raise invalid_field("contacts", "too_many_contacts", f"At most {CONTACTS_MAX} further contacts.")
    region = region_of(sites.get_site(session, member.site_id).time_zone)
    told = [asdict(each) | {"value": _checked(each, region)} for each in wanted]
    known = [
        {"kind": each.kind, "value": each.value, "note": each.note}
        for each in repository.list_contacts(session, [member_id])
    ]
    if told == known:
        return
    session.execute(delete(MemberContact).where(MemberContact.member_id == member_id))
    session.add_all(MemberContact(member_id=member_id, position=at, **each) for at, each in enumerate(told))
    service.reindex(member, [each["value"] for each in told])
    member.changed_at = session.now
    session.flush()
    audit.record(
        session,
        actor,
        "member.contacts",
        entity=("member", member_id),
        before={"contacts": known},
        after={"contacts": told},
    )


def list_contacts(session: UnitOfWork, member_id: str) -> Sequence[MemberContact]:
    """The contacts besides the first telephone and e-mail address, in the order in which they were written."""
    return repository.list_contacts(session, [member_id])


def set_tags(session: UnitOfWork, actor: Actor, member_id: str, names: Iterable[str]) -> None:
    """Let the member have exactly the tags with these names; a new name is added to the list of tags.

    Raises:
        NotFoundError: there is no such member.
        InvalidError: they are more than 20, or a name is longer than 60 characters.
        ConflictError: there would be more than 300 tags; or they were erased.
    """
    service.take(session, member_id)
    given = [name.strip().lstrip("#") for name in names]
    if len(given) > TAGS_MAX or any(len(name) > labels.NAME_CHARACTERS_MAX for name in given):
        raise invalid_field("tags", "too_many_tags", f"At most {TAGS_MAX} tags of at most 60 characters.")
    before = {label.id: label.name for label in tags_of(session, [member_id]).get(member_id, ())}
    wanted = {label.id: label.name for label in labels.find_or_create(session, actor, "tag", given)}
    if before.keys() == wanted.keys():
        return
    gone = before.keys() - wanted.keys()
    session.execute(delete(MemberTag).where(MemberTag.member_id == member_id, MemberTag.label_id.in_(sorted(gone))))
    session.add_all(MemberTag(member_id=member_id, label_id=each) for each in sorted(wanted.keys() - before.keys()))
    session.flush()
    audit.record(
        session,
        actor,
        "member.tags",
        entity=("member", member_id),
        before={"tags": sorted(before.values())},
        after={"tags": sorted(wanted.values())},
    )


def tags_of(session: UnitOfWork, member_ids: Collection[str]) -> Mapping[str, Sequence[Label]]:
    """The tags of each of these members by name; members without any are left out."""
    found: dict[str, list[Label]] = {}
    if not member_ids:
        return found
    for member_id, label in session.execute(_TAGS, {"member_ids": [*member_ids]}):
        found.setdefault(member_id, []).append(label)
    return found


def _checked(contact: ContactDetails, region: str | None) -> str:
    if contact.kind == "email":
        return contact.value
    number = parse_telephone(contact.value, region)
    if number is None:
        raise invalid_field("contacts", "bad_telephone", "Write a telephone number, with its country code if foreign.")
    return number
