"""Bring members in from a file: a try that keeps nothing, and a report that says of each line what became of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Literal

from pydantic import ValidationError
from sqlalchemy import select

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import Database, UnitOfWork
from cloud.errors import ConflictError, InvalidError, invalid_field
from cloud.kit import spreadsheets
from cloud.kit.folding import fold
from cloud.kit.telephone import parse_telephone, region_of
from cloud.labels import service as labels
from cloud.labels.service import NAME_CHARACTERS_MAX, LabelKind
from cloud.member_import.mapping import map_columns, read_row
from cloud.members import contacts
from cloud.members import service as members
from cloud.members.models import Member
from cloud.members.person_schemas import TagsIn
from cloud.members.schemas import MemberIn
from cloud.members.service import MemberDetails
from cloud.sites import service as sites
from cloud.sites.models import Site

ROWS_MAX: Final = 100_000
_LABELS: Final[Mapping[str, LabelKind]] = {"card_type": "card_type", "source": "source", "reason": "reason"}
_TOLD_EVERY: Final = 100
Outcome = Literal["added", "there_already", "refused"]
Tell = Callable[[int, int], None]
"""Called with how many lines are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class Line:
    """What became of a line of the file, numbered from 1 (the header): `member_id` is who it is, or who was there.

    `problems` has for each field of a refused line the code of the refusal.
    """

    number: int
    outcome: Outcome
    name: str
    member_id: str = ""
    problems: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The lines in the order of the file, and which column meant what."""

    columns: Mapping[str, str]
    lines: Sequence[Line]

    def count(self, outcome: Outcome) -> int:
        """How many lines ended so."""
        return sum(line.outcome == outcome for line in self.lines)


class _TrialOverError(Exception):
    """Ends the transaction of a trial, so that nothing of it is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to bring in, and where: `told` has the field of a column that the header's own words do not say."""

    site_id: str
    content: bytes
    told: Mapping[str, str]
    rows_max: int = ROWS_MAX


def _tell_nobody(_done: int, _total: int) -> None:
    """For a file that is read in moments."""


def run(database: Database, actor: Actor, order: Order, *, is_trial: bool, tell: Tell = _tell_nobody) -> Report:
    """Add whom the file names, but for lines that are refused, and for those with a telephone or address that is there.

    All in one transaction; of a trial nothing is kept but the report.

    Raises:
        NotFoundError: there is no such site.
        InvalidError: the file has more than `rows_max` rows.
        MappingError: see there.
        SpreadsheetUnreadableError: see there.
    """
    try:
        with database.transaction() as session:
            report = _bring_in(session, actor, order, tell)
            if is_trial:
                raise _TrialOverError  # noqa: TRY301 - the one way out of the transaction that keeps nothing
    except _TrialOverError:
        pass
    return report


def _bring_in(session: UnitOfWork, actor: Actor, order: Order, tell: Tell) -> Report:
    site = sites.get_site(session, order.site_id)
    rows = spreadsheets.read(order.content)
    header = next(rows, [])
    columns = map_columns(header, order.told)
    found = list(islice(rows, order.rows_max + 1))
    if len(found) > order.rows_max:
        raise invalid_field("file", "too_many_rows", f"At most {order.rows_max} rows at once.")
    importer = _Importer(session, actor, site)
    lines = []
    for number, row in enumerate(found, 2):
        if any(row):
            lines.append(importer.take(number, read_row(row, columns)))
        if number % _TOLD_EVERY == 0 or number > len(found):
            tell(number - 1, len(found))
    report = Report({header[at]: field for at, field in columns.items()}, lines)
    after = {"site_id": site.id, "added": report.count("added"), "lines": len(lines)}
    audit.record(session, actor, "member.import", entity=("site", site.id), after=after)
    return report


class _Importer:
    """Knows which telephones and addresses are there already."""

    def __init__(self, session: UnitOfWork, actor: Actor, site: Site) -> None:
        self._session, self._actor, self._site = session, actor, site
        self._region = region_of(site.time_zone)
        self._known = dict(_addresses(session))
        self._labels: dict[tuple[str, str], str] = {}

    def take(self, number: int, fields: Mapping[str, str]) -> Line:
        name = f"{fields.get('first_name', '')} {fields.get('last_name', '')}".strip()
        phone = parse_telephone(fields.get("phone", ""), self._region)
        if "phone" in fields and phone is None:
            return Line(number, "refused", name, problems=[("phone", "bad_telephone")])
        own = [key for key in (phone, fields.get("email", "").lower()) if key]
        twin = next((self._known[key] for key in own if key in self._known), None)
        if twin is not None:
            return Line(number, "there_already", name, twin)
        try:
            member_id = self._add(fields)
        except ValidationError as error:
            problems = [(str(each["loc"][0]), str(each["type"])) for each in error.errors()]
            return Line(number, "refused", name, problems=problems)
        except InvalidError as error:
            problems = [(each.field.removesuffix("_id"), error.code) for each in error.errors]
            return Line(number, "refused", name, problems=problems)
        self._known |= dict.fromkeys(own, member_id)
        return Line(number, "added", name, member_id)

    def _add(self, fields: Mapping[str, str]) -> str:
        """Checked as a whole before anything of the line is written."""
        plain: dict[str, Any] = {key: value for key, value in fields.items() if key not in {*_LABELS, "tags"}}
        tags = [each.strip() for each in fields.get("tags", "").split(",") if each.strip()]
        names = TagsIn.model_validate({"tags": tags}).tags
        first = {"site_id": self._site.id, "first_name": "", "locale": self._site.locale}
        details = MemberIn.model_validate(first | plain)
        known = details.model_dump() | {f"{key}_id": self._label(key, fields[key]) for key in _LABELS if key in fields}
        member = members.create(self._session, self._actor, MemberDetails(**known))
        if names:
            contacts.set_tags(self._session, self._actor, member.id, names)
        return member.id

    def _label(self, key: str, name: str) -> str:
        found = self._labels.get((key, name))
        if found is None:
            if not (fold(name) and name.isprintable()):
                raise invalid_field(key, "bad_length", "Use a name with letters or digits.")
            try:
                found = labels.find_or_create(self._session, self._actor, _LABELS[key], [name[:NAME_CHARACTERS_MAX]])[
                    0
                ].id
            except ConflictError as error:
                raise invalid_field(key, error.code, error.detail) from error
            self._labels[key, name] = found
        return found


def _addresses(session: UnitOfWork) -> Iterator[tuple[str, str]]:
    for member_id, phone, email in session.execute(select(Member.id, Member.phone, Member.email)):
        if phone:
            yield phone, member_id
        if email:
            yield email.lower(), member_id
