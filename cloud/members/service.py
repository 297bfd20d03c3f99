"""Add, change and find members."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.domain_events import MemberChanged
from cloud.errors import not_found
from cloud.kit.ids import new_id
from cloud.kit.paging import Page, cut_page
from cloud.listing import read_cursor
from cloud.members import policy, repository
from cloud.members.models import Member
from cloud.sites import service as sites


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberDetails:
    """What is known of a member. `locale` is the language that the turnstile's display speaks to them."""

    site_id: str
    first_name: str
    last_name: str = ""
    locale: str = "en"
    email: str | None = None
    phone: str | None = None
    birth_on: date | None = None
    note: str = ""


def create(session: UnitOfWork, actor: Actor, details: MemberDetails) -> Member:
    """Add a member.

    Raises:
        NotFoundError: there is no such site.
    """
    sites.get_site(session, details.site_id)
    member = Member(
        id=new_id("mem"), card_numbers="", created_at=session.now, changed_at=session.now, **asdict(details)
    )
    _index(member)
    session.add(member)
    session.flush()
    audit.record(session, actor, "member.create", entity=("member", member.id), after=audit.plain(asdict(details)))
    session.publish(MemberChanged(member.id))
    return member


def change(session: UnitOfWork, actor: Actor, member_id: str, changes: Mapping[str, Any]) -> Member:
    """Change some of `MemberDetails`' attributes (not the site).

    Raises:
        NotFoundError: there is no such member.
    """
    member = get(session, member_id)
    before = {name: getattr(member, name) for name in changes}
    if before == dict(changes):
        return member
    for name, value in changes.items():
        setattr(member, name, value)
    member.changed_at = session.now
    _index(member)
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


def search(session: UnitOfWork, query: str, *, after: str | None, limit: int) -> Page[Member]:
    """Members by name; with a query those whose name, e-mail address, telephone or card number contains each word.

    Raises:
        InvalidError: `after` is no cursor of this list.
    """
    key = read_cursor(after, str, str)
    rows = repository.find_page(session, policy.search_needles(query), after=key, limit=limit + 1)
    return cut_page(rows, limit, lambda member: (member.sort_name, member.id))


def count_found(session: UnitOfWork, query: str) -> int:
    """How many members `search` finds in all."""
    return repository.count(session, policy.search_needles(query))


def names_of(session: UnitOfWork, member_ids: Collection[str]) -> dict[str, str]:
    """The names behind some ids of members."""
    return {member.id: member.name for member in repository.find_many(session, member_ids)}


def list_ids_of_site(session: UnitOfWork, site_id: str) -> Sequence[str]:
    """Everybody who uses a site."""
    return repository.list_ids_of_site(session, site_id)


def site_ids_of(session: UnitOfWork, member_ids: Collection[str]) -> dict[str, frozenset[str]]:
    """The sites that each of these members uses, their home site among them; unknown ids are left out."""
    also = repository.list_other_sites(session, member_ids)
    return {
        member.id: also.get(member.id, frozenset()) | {member.site_id}
        for member in repository.find_many(session, member_ids)
    }


def list_by_ids(session: UnitOfWork, member_ids: Collection[str]) -> Sequence[Member]:
    """The members with these ids, in no order; unknown ids are left out."""
    return repository.find_many(session, member_ids)


def note_card_numbers(session: UnitOfWork, member_id: str, card_numbers: Iterable[str]) -> None:
    """Let a member be found by these card numbers. For the credentials package."""
    member = get(session, member_id)
    member.card_numbers = "\n".join(card_numbers)
    _index(member)


def _index(member: Member) -> None:
    member.sort_name = policy.sort_name(member.first_name, member.last_name)
    names = f"{member.first_name} {member.last_name} {member.first_name}"
    member.search_text = policy.search_text(names, member.email, member.phone, member.card_numbers.split("\n"))
