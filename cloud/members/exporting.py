"""The list of members as a table, whatever it is narrowed to, read page by page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Final

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.kit import spreadsheets
from cloud.kit.spreadsheets import Cell, Format
from cloud.labels import service as labels
from cloud.members import contacts, service
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
    after: str | None = None
    for _ in range(ROWS_MAX // _AT_ONCE):
        page = service.search(
            session,
            selection.query,
            after=after,
            limit=_AT_ONCE,
            wanted=selection.wanted,
            order=selection.order,
        )
        tags = contacts.tags_of(session, [member.id for member in page.items])
        for member in page.items:
            own = ", ".join(label.name for label in tags.get(member.id, ()))
            yield _row(member, site_names[member.site_id], own, names)
        session.expunge_all()
        after = page.next
        if after is None:
            return


def _row(member: Member, site: str, tags: str, names: dict[str, str]) -> Sequence[Cell]:
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
