"""Add, change and find members."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import select

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.domain_events import MemberChanged
from cloud.errors import ConflictError, invalid_field, not_found
from cloud.kit.ids import new_id
from cloud.kit.paging import Page, cut_page
from cloud.kit.telephone import parse_telephone, region_of
from cloud.labels import service as labels
from cloud.labels.service import LabelKind
from cloud.listing import read_cursor
from cloud.members import erasures, policy, repository
from cloud.members.filters import EVERYBODY, MemberFilter, Order
from cloud.members.models import Member, MemberStateChange, MergedMember
from cloud.sites import service as sites

LABEL_FIELDS: Final[Mapping[str, LabelKind]] = {
    "card_type_id": "card_type",
    "source_id": "source",
    "reason_id": "reason",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberDetails:
    """What is known of a member. `locale` is the language that the turnstile's display speaks to them.

    `state` is lead, client or former (changed with `states`); `phone` is in any writing and kept as E.164; `sex` is
    female or male; `card_status` is active or suspended where there is a card type, else empty.
    """

    site_id: str
    first_name: str
    last_name: str = ""
    locale: str = "en"
    email: str | None = None
    phone: str | None = None
    birth_on: date | None = None
    note: str = ""
    state: str = "client"
    sex: str | None = None
    card_type_id: str | None = None
    card_status: str = ""
    source_id: str | None = None
    reason_id: str | None = None


def create(session: UnitOfWork, actor: Actor, details: MemberDetails) -> Member:
    """Add a member or a lead.

    Raises:
        NotFoundError: there is no such site.
        InvalidError: the telephone number can be nobody's, or a label is not one of its list.
    """
    region = region_of(sites.get_site(session, details.site_id).time_zone)
    known = _checked(session, asdict(details), region)
    known["card_status"] = (known["card_status"] or "active") if known["card_type_id"] else ""
    member = Member(id=new_id("mem"), card_numbers="", created_at=session.now, changed_at=session.now, **known)
    reindex(member)
    session.add(member)
    session.flush()
    begun = MemberStateChange(
        id=new_id("msc"),
        member_id=member.id,
        before="",
        after=member.state,
        reason="",
        changed_by=actor.id,
        changed_at=session.now,
    )
    session.add(begun)
    audit.record(session, actor, "member.create", entity=("member", member.id), after=audit.plain(known))
    session.publish(MemberChanged(member.id))
    return member


def change(session: UnitOfWork, actor: Actor, member_id: str, changes: Mapping[str, Any]) -> Member:
    """Change some of `MemberDetails`' attributes (neither the site nor the state).

    Raises:
        NotFoundError: there is no such member.
        InvalidError: the telephone number can be nobody's, or a label is not one of its list.
        ConflictError: they were erased.
    """
    member = take(session, member_id)
    assert not {"site_id", "state"} & set(changes), "these have ways of their own"
    told = {name: value for name, value in changes.items() if getattr(member, name) != value}
    if "card_type_id" in told:
        told["card_status"] = "" if told["card_type_id"] is None else changes.get("card_status") or "active"
    elif "card_status" in told and (member.card_type_id is None or not told["card_status"]):
        del told["card_status"]
    changes = _checked(session, told, region_of(sites.get_site(session, member.site_id).time_zone))
    before = {name: getattr(member, name) for name in changes}
    if before == dict(changes):
        return member
    contacts = _list_contacts(session, member)
    for name, value in changes.items():
        setattr(member, name, value)
    member.changed_at = session.now
    reindex(member, contacts)
    session.flush()
    audit.record(
        session,
        actor,
        "member.change",
        entity=("member", member.id),
        before=audit.plain(before),
        after=audit.plain(changes),
    )
    session.publish(MemberChanged(member.id))
    return member


def get(session: UnitOfWork, member_id: str) -> Member:
    """One member.

    Raises:
        NotFoundError: nobody has this id.
    """
    member = session.get(Member, member_id)
    if member is None:
        raise not_found("member", member_id)
    return member


def take(session: UnitOfWork, member_id: str) -> Member:
    """One member about whom something is to be written; they are not erased before this transaction has ended.

    Raises:
        NotFoundError: nobody has this id.
        ConflictError: they were erased.
    """
    if erasures.keep_from_erasure(session, [member_id]):
        raise ConflictError("erased_already", "This person was erased already.")
    return get(session, member_id)


def line_up(session: UnitOfWork, addresses: Iterable[str]) -> None:
    """Wait for others who look for somebody by these telephones (E.164) and e-mail addresses, to add who is not there.

    They wait for this transaction then.
    """
    session.wait_in_line(f"person at {each.lower()}" for each in addresses)


def find_survivors(session: UnitOfWork, old_ids: Collection[str]) -> dict[str, str]:
    """As whom those go on who were there twice; ids that were never merged into somebody else's are left out."""
    if not old_ids or session.scalar(select(MergedMember.old_id).limit(1)) is None:
        return {}  # hardly any club has merged anybody, and a question about many ids costs many times this one
    query = select(MergedMember.old_id, MergedMember.member_id).where(MergedMember.old_id.in_(old_ids))
    return {row.old_id: row.member_id for row in session.execute(query)}


def search(
    session: UnitOfWork,
    query: str,
    *,
    after: str | None,
    limit: int,
    wanted: MemberFilter = EVERYBODY,
    order: Order = "name",
) -> Page[Member]:
    """Members by name; with a query those whose name, e-mail address, telephone or card number contains each word.

    Raises:
        InvalidError: `after` is no cursor of this list.
    """
    key = read_cursor(after, str, str)
    needles = policy.search_needles(query)
    narrow = repository.page_of(session, needles, after=key, limit=limit + 1, wanted=wanted, order=order)
    return cut_page(
        session.scalars(narrow(select(Member))).all(),
        limit,
        lambda member: (repository.sort_value(member, order), member.id),
    )


def count_found(session: UnitOfWork, query: str, wanted: MemberFilter = EVERYBODY) -> int:
    """How many members `search` finds in all."""
    return repository.count(session, policy.search_needles(query), wanted)


def names_of(session: UnitOfWork, member_ids: Collection[str]) -> dict[str, str]:
    """The names behind some ids of members."""
    return {member.id: member.name for member in repository.find_many(session, member_ids)}


def list_ids_of_site(session: UnitOfWork, site_id: str) -> Sequence[str]:
    """Everybody who uses a site."""
    return repository.list_ids_of_site(session, site_id)


def site_ids_of(session: UnitOfWork, member_ids: Collection[str]) -> dict[str, frozenset[str]]:
    """The sites that each of these members uses, their home site among them; unknown ids are left out."""
    return repository.list_sites(session, member_ids)


def sites_used_by(session: UnitOfWork, member: Member) -> frozenset[str]:
    """The sites that a member uses, their home site among them."""
    return repository.list_other_sites(session, [member.id]).get(member.id, frozenset()) | {member.site_id}


def list_by_ids(session: UnitOfWork, member_ids: Collection[str]) -> Sequence[Member]:
    """The members with these ids, in no order; unknown ids are left out."""
    return repository.find_many(session, member_ids)


def note_card_numbers(session: UnitOfWork, member_id: str, card_numbers: Iterable[str]) -> None:
    """Let a member be found by these card numbers. For the credentials package."""
    member = get(session, member_id)
    member.card_numbers = "\n".join(card_numbers)
    reindex(member, _list_contacts(session, member))


def reindex(member: Member, contacts: Iterable[str] = ()) -> None:
    """Let a member be found by what is known now; `contacts` are their further telephones and e-mail addresses."""
    member.sort_name = policy.sort_name(member.first_name, member.last_name)
    names = f"{member.first_name} {member.last_name} {member.first_name}"
    others = [*member.card_numbers.split("\n"), *policy.searchable_contacts(contacts)]
    member.search_text = policy.search_text(names, member.email, member.phone, others)


def _list_contacts(session: UnitOfWork, member: Member) -> list[str]:
    return [contact.value for contact in repository.list_contacts(session, [member.id])]


def _checked(session: UnitOfWork, changes: Mapping[str, Any], region: str | None) -> dict[str, Any]:
    """The changes, with the telephone number as E.164.

    Raises:
        InvalidError: it can be nobody's number, or a label is not one of its list.
    """
    checked = dict(changes)
    if checked.get("phone") is not None:
        checked["phone"] = parse_telephone(checked["phone"], region)
        if checked["phone"] is None:
            raise invalid_field("phone", "bad_telephone", "Write a telephone number, with its country code if foreign.")
    for field, kind in LABEL_FIELDS.items():
        if checked.get(field) is not None:
            labels.check_usable(session, kind, checked[field], field=field)
    return checked
