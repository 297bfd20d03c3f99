"""Add, change and find labels. A tag that nobody used before is made by using it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, cast, get_args

from sqlalchemy import func, select

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, invalid_field, not_found
from cloud.kit.folding import fold
from cloud.kit.ids import new_id
from cloud.kit.paging import Page
from cloud.labels.link_codes import link_code
from cloud.labels.models import Label
from cloud.listing import page_by_id
from cloud.plain_rows import plain_rows

LabelKind = Literal["tag", "card_type", "source", "reason"]
KINDS: Final[tuple[LabelKind, ...]] = get_args(LabelKind)
LABELS_MAX: Final = 300
"""Of each kind."""
NAME_CHARACTERS_MAX: Final = 60
_NAMES: Final = select(Label.kind, Label.id, Label.name).order_by(Label.folded_name)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelDetails:
    """`discount_percent` (0 to 100) belongs to card types."""

    kind: LabelKind
    name: str
    discount_percent: int = 0
    is_obsolete: bool = False


def create(session: UnitOfWork, actor: Actor, details: LabelDetails) -> Label:
    """Add a label.

    Raises:
        InvalidError: the name is taken, or something besides a card type gives a discount.
        ConflictError: there are 300 of this kind.
    """
    of_kind = session.scalar(select(func.count()).select_from(Label).where(Label.kind == details.kind))
    if (of_kind or 0) >= LABELS_MAX:
        raise ConflictError("too_many", f"There are {LABELS_MAX} already.")
    _check(session, details)
    folded = fold(details.name)
    code = link_code(folded, _codes_in_use(session)) if details.kind == "source" else None
    label = Label(id=new_id("lbl"), folded_name=folded, created_at=session.now, link_code=code, **asdict(details))
    session.add(label)
    session.flush()
    audit.record(session, actor, "label.create", entity=("label", label.id), after=asdict(details))
    return label


def change(session: UnitOfWork, actor: Actor, label_id: str, changes: Mapping[str, Any]) -> Label:
    """Change some of `LabelDetails`' attributes, not the kind.

    Raises:
        NotFoundError: there is no such label.
        InvalidError: as for `create`.
    """
    label = get(session, label_id)
    told = {name: value for name, value in changes.items() if name != "kind" and getattr(label, name) != value}
    if not told:
        return label
    before = {name: getattr(label, name) for name in told}
    known = {name: getattr(label, name) for name in LabelDetails.__dataclass_fields__}
    _check(session, LabelDetails(**(known | told)), except_id=label_id)
    for name, value in told.items():
        setattr(label, name, value)
    label.folded_name = fold(label.name)
    session.flush()
    audit.record(session, actor, "label.change", entity=("label", label_id), before=before, after=told)
    return label


def get(session: UnitOfWork, label_id: str) -> Label:
    """One label.

    Raises:
        NotFoundError: there is none with this id.
    """
    label = session.get(Label, label_id)
    if label is None:
        raise not_found("label", label_id)
    return label


def list_of_kind(session: UnitOfWork, kind: LabelKind) -> Sequence[Label]:
    """The labels of a kind (at most 300) by name."""
    return session.scalars(select(Label).where(Label.kind == kind).order_by(Label.folded_name)).all()


def names_by_kind(session: UnitOfWork) -> dict[LabelKind, list[tuple[str, str]]]:
    """Of each kind the ids of its labels with their names, by name."""
    found: dict[LabelKind, list[tuple[str, str]]] = {kind: [] for kind in KINDS}
    for kind, label_id, name in plain_rows(session, _NAMES):
        found[cast(LabelKind, kind)].append((label_id, name))
    return found


def list_by_ids(session: UnitOfWork, label_ids: Collection[str]) -> dict[str, Label]:
    """The labels with these ids; unknown ones are left out."""
    wanted = sorted(set(label_ids))
    return {label.id: label for label in session.scalars(select(Label).where(Label.id.in_(wanted)))} if wanted else {}


def find_by_link(session: UnitOfWork, code: str) -> Label | None:
    """The source that a link in an advertisement names, whatever the case; None: unknown, or obsolete."""
    query = select(Label).where(Label.link_code == code.strip().lower(), Label.is_obsolete.is_(False))
    return session.scalars(query).one_or_none()


def find_page(session: UnitOfWork, *, kind: LabelKind | None, after: str | None, limit: int) -> Page[Label]:
    """The labels, the oldest first.

    Raises:
        InvalidError: `after` is no cursor of this list.
    """
    query = select(Label) if kind is None else select(Label).where(Label.kind == kind)
    return page_by_id(session, query, Label.id, after=after, limit=limit, is_newest_first=False)


def find_or_create(session: UnitOfWork, actor: Actor, kind: LabelKind, names: Iterable[str]) -> list[Label]:
    """The labels with these names, whatever their case and accents; those that are missing are added.

    Raises:
        ConflictError: there would be more than 300 of this kind.
    """
    wanted: dict[str, str] = {}
    for name in names:
        if folded := fold(name):
            wanted.setdefault(folded, name)
    found = session.scalars(select(Label).where(Label.kind == kind, Label.folded_name.in_(sorted(wanted)))).all()
    known = {label.folded_name: label for label in found}
    for folded, name in wanted.items():
        if folded not in known:
            known[folded] = create(session, actor, LabelDetails(kind=kind, name=name))
    return [known[folded] for folded in wanted]


def check_usable(session: UnitOfWork, kind: LabelKind, label_id: str, *, field: str) -> None:
    """See that the label may be given to somebody.

    Raises:
        InvalidError: there is none of this kind with this id, or it is obsolete.
    """
    label = session.get(Label, label_id)
    if label is None or label.kind != kind or label.is_obsolete:
        raise invalid_field(field, "unknown_label", "Choose one of the list.")


def _codes_in_use(session: UnitOfWork) -> frozenset[str]:
    return frozenset(code for code in session.scalars(select(Label.link_code)) if code is not None)


def _check(session: UnitOfWork, details: LabelDetails, *, except_id: str = "") -> None:
    folded = fold(details.name)
    if not folded:
        raise invalid_field("name", "too_short", "Use at least one letter.")
    namesake = session.scalar(select(Label).where(Label.kind == details.kind, Label.folded_name == folded))
    if namesake is not None and namesake.id != except_id:
        raise invalid_field("name", "name_taken", "There is one with this name already.")
    if details.discount_percent and details.kind != "card_type":
        raise invalid_field("discount_percent", "discount_of_card_type", "Only a card type gives a discount.")
