"""What becomes of a line of a file: somebody new, somebody who is there already, or a refusal with its reasons."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import ValidationError
from sqlalchemy import select

from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, InvalidError, invalid_field
from cloud.kit.folding import fold
from cloud.kit.telephone import parse_telephone, region_of
from cloud.labels import service as labels
from cloud.labels.service import LABELS_MAX, NAME_CHARACTERS_MAX, LabelKind
from cloud.members import contacts
from cloud.members import service as members
from cloud.members.models import Member
from cloud.members.person_schemas import TagsIn
from cloud.members.schemas import MemberIn
from cloud.members.service import MemberDetails
from cloud.sites.models import Site

_LABELS: Final[Mapping[str, LabelKind]] = {"card_type": "card_type", "source": "source", "reason": "reason"}
Outcome = Literal["added", "there_already", "refused"]
Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """What became of a line of the file, numbered from 1 (the header): `member_id` is who it is, or who was there.

    It is empty where it is not known: in a trial, and of what was done before an interruption. `problems` has for each
    field of a refused line the code of the refusal.
    """

    number: int
    outcome: Outcome
    name: str
    member_id: str = ""
    problems: Sequence[tuple[str, str]] = ()


class Importer:
    """Takes the lines of one file, some in each transaction, and knows which telephones and addresses are there.

    Of a trial every transaction is rolled back. So that its next lines meet what the earlier ones would have left, it
    knows their people without an id, and by itself how many labels there would be.
    """

    def __init__(self, session: UnitOfWork, actor: Actor, site: Site, *, is_trial: bool) -> None:
        self._actor, self._site, self._is_trial = actor, site, is_trial
        self._region = region_of(site.time_zone)
        self._known: dict[str, str] = {}
        self._newest = self._read_from = ""
        self._labels: dict[tuple[LabelKind, str], str] = {}
        self._names = {kind: {fold(name) for _, name in names} for kind, names in labels.names_by_kind(session).items()}
        self._learn(session)
        self._read_from = self._newest

    def begin(self, session: UnitOfWork, rows: Iterable[Fields]) -> None:
        """A transaction begins, about these rows: see who was added by others meanwhile."""
        members.line_up(session, {key for row in rows for key in self._addresses(row)})
        self._learn(session)
        if self._is_trial:
            self._labels = {}

    def take(self, session: UnitOfWork, number: int, fields: Fields) -> Line:
        """Add whom a line is about; nothing is written of one that is refused."""
        name = name_in(fields)
        own = self._addresses(fields)
        if "phone" in fields and not any(key.startswith("+") for key in own):
            return Line(number, "refused", name, problems=[("phone", "bad_telephone")])
        twin = next((self._known[key] for key in own if key in self._known), None)
        if twin is not None:
            return Line(number, "there_already", name, twin)
        try:
            member_id = self._add(session, fields)
        except ValidationError as error:
            problems = [(str(each["loc"][0]), str(each["type"])) for each in error.errors()]
            return Line(number, "refused", name, problems=problems)
        except InvalidError as error:
            problems = [(each.field.removesuffix("_id"), error.code) for each in error.errors]
            return Line(number, "refused", name, problems=problems)
        if self._is_trial:
            member_id = ""
        self._known |= dict.fromkeys(own, member_id)
        return Line(number, "added", name, member_id)

    def _addresses(self, fields: Fields) -> list[str]:
        phone = parse_telephone(fields.get("phone", ""), self._region)
        return [key for key in (phone, fields.get("email", "").lower()) if key]

    def _learn(self, session: UnitOfWork) -> None:
        """Read who was added since the last lot but one: ids sort by when they were made, commits by when they end."""
        query = select(Member.id, Member.phone, Member.email).where(Member.id > self._read_from).order_by(Member.id)
        self._read_from = self._newest
        for member_id, phone, email in session.execute(query):
            self._known |= dict.fromkeys((key for key in (phone, email and email.lower()) if key), member_id)
            self._newest = member_id

    def _add(self, session: UnitOfWork, fields: Fields) -> str:
        """Checked as a whole before anything of the line is written, but for new labels."""
        plain: dict[str, Any] = {key: value for key, value in fields.items() if key not in {*_LABELS, "tags"}}
        tags = [each.strip() for each in fields.get("tags", "").split(",") if each.strip()]
        names = TagsIn.model_validate({"tags": tags}).tags
        first = {"site_id": self._site.id, "first_name": "", "locale": self._site.locale}
        details = MemberIn.model_validate(first | plain)
        known = details.model_dump() | {
            f"{field}_id": self._label(session, kind, fields[field])
            for field, kind in _LABELS.items()
            if field in fields
        }
        for name in names:
            self._label(session, "tag", name.lstrip("#"), field="tags")
        member = members.create(session, self._actor, MemberDetails(**known))
        if names:
            contacts.set_tags(session, self._actor, member.id, names)
        return member.id

    def _label(self, session: UnitOfWork, kind: LabelKind, name: str, *, field: str = "") -> str:
        name = name[:NAME_CHARACTERS_MAX]
        found = self._labels.get((kind, name))
        if found is None:
            if not (fold(name) and name.isprintable()):
                raise invalid_field(field or kind, "bad_length", "Use a name with letters or digits.")
            self._count(kind, name, field)
            try:
                made = labels.find_or_create(session, self._actor, kind, [name])
            except ConflictError as error:
                raise invalid_field(field or kind, error.code, error.detail) from error
            found = self._labels[kind, name] = made[0].id
        return found

    def _count(self, kind: LabelKind, name: str, field: str) -> None:
        names = self._names.setdefault(kind, set())
        if self._is_trial and fold(name) not in names:
            if len(names) >= LABELS_MAX:
                raise invalid_field(field or kind, "too_many", f"There are {LABELS_MAX} already.")
            names.add(fold(name))


def name_in(fields: Fields) -> str:
    """Who a line is about, as its report says it."""
    return f"{fields.get('first_name', '')} {fields.get('last_name', '')}".strip()
