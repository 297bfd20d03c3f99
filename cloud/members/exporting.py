"""The list of members as a table, whatever it is narrowed to, read page by page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any, Final

from sqlalchemy import Row, select

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.kit import spreadsheets
from cloud.kit.paging import Key
from cloud.kit.spreadsheets import Cell, Format
from cloud.labels import service as labels
from cloud.members import contacts, policy, repository
from cloud.members.filters import EVERYBODY, MemberFilter, Order
from cloud.members.models import Member
from cloud.sites import service as sites

HEADER: Final = (
    "id",
    "first_name",
    "last_name",
    "state",
    "phone",
    "email",
    "birth_on",
    "sex",
    "locale",
    "site",
    "tags",
    "card_type",
    "card_status",
    "source",
    "reason",
    "is_black_listed",
    "certificate_until",
    "note",
    "added_on",
)
_COLUMNS: Final = select(
    Member.id,
    Member.first_name,
    Member.last_name,
    Member.state,
    Member.phone,
    Member.email,
    Member.birth_on,
    Member.sex,
    Member.locale,
    Member.site_id,
    Member.card_type_id,
    Member.card_status,
    Member.source_id,
    Member.reason_id,
    Member.black_listed_at,
    Member.certificate_until,
    Member.note,
    Member.created_at,
    Member.sort_name,
)
"""Without objects: twenty thousand of them cost as much as the rest of a file."""
ROWS_MAX: Final = 200_000
_AT_ONCE: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Whom a list shows, and in which order."""

    query: str = ""
    wanted: MemberFilter = EVERYBODY
    order: Order = "name"


def export(session: UnitOfWork, actor: Actor, target: IO[bytes], form: Format, selection: Selection) -> int:
    """Write whom the selection finds, at most 200,000, and return how many they are. The log tells of it."""
    count = spreadsheets.write(target, form, HEADER, _rows(session, selection))
    narrowed = audit.plain(selection.wanted.set_fields())
    told = {"format": form, "query": selection.query, "rows": count, "filter": narrowed}
    audit.record(session, actor, "member.export", entity=("member", ""), after=told)
    return count


def _rows(session: UnitOfWork, selection: Selection) -> Iterator[Sequence[Cell]]:
    site_names = {site.id: site.name for site in sites.list_sites(session)}
    names = {label.id: label.name for kind in labels.KINDS for label in labels.list_of_kind(session, kind)}
    needles, order = policy.search_needles(selection.query), selection.order
    after: Key | None = None
    for _ in range(ROWS_MAX // _AT_ONCE):
        narrow = repository.page_of(session, needles, after=after, limit=_AT_ONCE, wanted=selection.wanted, order=order)
        members = session.execute(narrow(_COLUMNS)).all()
        tags = contacts.tags_of(session, [member.id for member in members])
        for member in members:
            own = ", ".join(label.name for label in tags.get(member.id, ()))
            yield _row(member, site_names[member.site_id], own, names)
        if len(members) < _AT_ONCE:
            return
        after = (repository.sort_value(members[-1], order), members[-1].id)


def _row(member: Row[Any], site: str, tags: str, names: dict[str, str]) -> Sequence[Cell]:
    return (
        member.id,
        member.first_name,
        member.last_name,
        member.state,
        member.phone,
        member.email,
        member.birth_on,
        member.sex,
        member.locale,
        site,
        tags,
        names.get(member.card_type_id or ""),
        member.card_status,
        names.get(member.source_id or ""),
        names.get(member.reason_id or ""),
        "yes" if member.black_listed_at else "",
        member.certificate_until,
        member.note,
        member.created_at.date(),
    )
