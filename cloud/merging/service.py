"""Make one person of two entries: whatever names the old one names the other from then on."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import select

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.card_rules import activity
from cloud.database import UnitOfWork
from cloud.domain_events import MemberChanged, MemberJoinedSite, MemberLeftSite
from cloud.errors import ConflictError, invalid_field
from cloud.family import service as family
from cloud.members import repository
from cloud.members import service as members
from cloud.members.erasures import erased_among, wait_for_writers
from cloud.members.models import Member, MemberContact, MemberSite, MergedMember
from cloud.merging import moving
from cloud.sites import service as sites

FIELDS: Final = (
    "first_name",
    "last_name",
    "phone",
    "email",
    "birth_on",
    "sex",
    "locale",
    "card_type_id",
    "source_id",
    "reason_id",
)
"""What one of the two is right about; what only one of them knows is kept anyway."""
_STATES: Final = ("client", "former", "lead")


def merge(session: UnitOfWork, actor: Actor, kept_id: str, old_id: str, taken: Collection[str] = ()) -> Member:
    """Let the entry `old_id` become a part of the member `kept_id`.

    Args:
        taken: those of `FIELDS` in which the old entry is right.

    Raises:
        NotFoundError: there is no such member.
        InvalidError: they are the same entry.
        ConflictError: one of them was erased; or both have what one person may have once: a seat in the same session,
            a card that somebody else has at a club.
    """
    if kept_id == old_id:
        raise invalid_field("old_id", "same_member", "Choose two entries.")
    wait_for_writers(session, [kept_id, old_id])
    kept, old = members.get(session, kept_id), members.get(session, old_id)
    if erased_among(session, [kept_id, old_id]):
        raise ConflictError("erased_already", "One of them was erased: there is nobody to make one person of.")
    used = members.site_ids_of(session, [kept_id, old_id])
    for site_id in sorted(used[kept_id] | used[old_id]):
        sites.lock_site(session, site_id)
    before = {"kept": _told(kept), "old": _told(old)}
    firsts = [("phone", kept.phone), ("email", kept.email), ("phone", old.phone), ("email", old.email)]
    _adopt(kept, old, taken)
    contacts = _join_contacts(session, kept, old, [(kind, value) for kind, value in firsts if value])
    session.flush()
    family.drop_between(session, kept_id, old_id)
    activity.join(session, kept_id, old_id)
    moving.move_rows(session, old_id, kept_id)
    _join_sites(session, kept, used[old_id] - used[kept_id])
    merged = MergedMember(
        old_id=old_id, member_id=kept_id, old_name=old.name, merged_by=actor.id, merged_at=session.now
    )
    session.add(merged)
    session.delete(old)
    members.reindex(kept, contacts)
    session.flush()
    session.expire_all()
    audit.record(session, actor, "member.merge", entity=("member", kept_id), before=before, after={"old_id": old_id})
    for site_id in sorted(used[old_id]):
        session.publish(MemberLeftSite(old_id, site_id))
    for site_id in sorted(used[old_id] - used[kept_id]):
        session.publish(MemberJoinedSite(kept_id, site_id))
    session.publish(MemberChanged(kept_id))
    return kept


def list_merged(session: UnitOfWork, member_id: str) -> Sequence[MergedMember]:
    """The entries that became this member, the first one first."""
    return session.scalars(
        select(MergedMember).where(MergedMember.member_id == member_id).order_by(MergedMember.merged_at)
    ).all()


def _adopt(kept: Member, old: Member, taken: Collection[str]) -> None:
    """What is known of the old entry and not of the one that is kept; of either, what is safer."""
    for field in FIELDS:
        if field in taken or not getattr(kept, field):
            setattr(kept, field, getattr(old, field) or getattr(kept, field))
            if field == "card_type_id" and kept.card_type_id == old.card_type_id:
                kept.card_status = old.card_status
    if old.note and old.note not in kept.note:
        kept.note = "\n".join(filter(None, (kept.note, old.note)))
    if kept.black_listed_at is None and old.black_listed_at is not None:
        kept.black_listed_at, kept.black_list_reason = old.black_listed_at, old.black_list_reason
    kept.certificate_until = max(filter(None, (kept.certificate_until, old.certificate_until)), default=None)
    kept.forgiven_at = max(filter(None, (kept.forgiven_at, old.forgiven_at)), default=None)
    kept.state = min(kept.state, old.state, key=_STATES.index)
    kept.created_at = min(kept.created_at, old.created_at)
    kept.card_numbers = "\n".join(filter(None, (kept.card_numbers, old.card_numbers)))


def _join_contacts(session: UnitOfWork, kept: Member, old: Member, firsts: Sequence[tuple[str, str]]) -> list[str]:
    """The further contacts of both, each once, with the `firsts` that are not first any more; their values."""
    found = repository.list_contacts(session, [kept.id])
    others = repository.list_contacts(session, [old.id])
    known = {each.value for each in found} | {kept.phone, kept.email}
    told = [(each.kind, each.value, each.note) for each in others] + [(kind, value, "") for kind, value in firsts]
    for row in others:
        session.delete(row)
    values, position = [each.value for each in found], max((each.position for each in found), default=-1)
    for kind, value, note in told:
        if value not in known:
            position += 1
            known.add(value)
            values.append(value)
            session.add(MemberContact(member_id=kept.id, position=position, kind=kind, value=value, note=note))
    return values


def _join_sites(session: UnitOfWork, kept: Member, more: Collection[str]) -> None:
    """Let the kept one use what the old one used; their home site is among their sites without a row."""
    known = repository.list_other_sites(session, [kept.id]).get(kept.id, frozenset())
    session.add_all(MemberSite(member_id=kept.id, site_id=site_id) for site_id in sorted(set(more) - known))
    home = session.get(MemberSite, (kept.id, kept.site_id))
    if home is not None:
        session.delete(home)
    session.flush()


def _told(member: Member) -> dict[str, Any]:
    columns = {column.key: getattr(member, column.key) for column in Member.__table__.columns}
    left_out = {"search_text", "sort_name"}
    return audit.plain({name: value for name, value in columns.items() if name not in left_out})
