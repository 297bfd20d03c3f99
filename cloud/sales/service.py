"""Note what was sold at the till, and take a sale back."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final, Literal

from sqlalchemy.exc import IntegrityError

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.billing.charges import Method
from cloud.billing.policy import holds_card_number
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, invalid_field, not_found
from cloud.kit.ids import new_id
from cloud.kit.paging import Page
from cloud.members import service as members
from cloud.sales import repository
from cloud.sales.models import Sale, SaleLine
from cloud.staff.models import Staff

LineKind = Literal["goods", "service"]

LINES_MAX: Final = 50
MATERIALS_MAX: Final = 20
QUANTITY_MAX: Final = 1000
TOTAL_MINOR_MAX: Final = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Something that a service used up; `quantity` with its unit, as people write it."""

    name: str
    quantity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDetails:
    """One line: goods, or a service with who rendered it and what it used up. The price is of one, in minor units."""

    kind: LineKind
    title: str
    unit_price_minor: int
    quantity: int = 1
    rendered_by: str | None = None
    materials: tuple[Material, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleDetails:
    """A receipt with 1 to 50 lines."""

    method: Method
    currency: str
    lines: tuple[LineDetails, ...]
    reference: str = ""


def sell(session: UnitOfWork, actor: Actor, member_id: str, details: SaleDetails, *, idempotency_key: str) -> Sale:
    """Note a sale that was paid; once, however often it is reported under the same key.

    Raises:
        NotFoundError: there is no such member.
        InvalidError: goods with materials or with who rendered them, unknown staff, too high a sum, or a card's number
            in the reference.
        ConflictError: the key was used for another sale; or they were erased.
    """
    members.take(session, member_id)
    _check(session, details)
    known = repository.find_by_key(session, actor.id, idempotency_key)
    if known is not None:
        return _same(known, member_id, details)
    sale = _sale(session, actor, member_id, details, idempotency_key)
    try:
        with session.begin_nested():
            session.add(sale)
            session.flush()
    except IntegrityError as error:
        raise ConflictError("idempotency_reused", "The key was used for another sale.") from error
    audit.record(
        session,
        actor,
        "sale.create",
        entity=("sale", sale.id),
        after={**asdict(details), "lines": [asdict(line) for line in details.lines], "member_id": member_id},
    )
    return sale


def cancel(session: UnitOfWork, actor: Actor, sale_id: str, reason: str) -> Sale:
    """Take a sale back: noted by mistake, or the goods came back.

    Raises:
        NotFoundError: there is no such sale.
        ConflictError: it is cancelled already.
    """
    sale = repository.lock(session, sale_id)
    if sale is None:
        raise not_found("sale", sale_id)
    if sale.cancelled_at is not None:
        raise ConflictError("sale_cancelled", "The sale is cancelled already.")
    sale.cancelled_at, sale.cancelled_by, sale.cancel_reason = session.now, actor.id, reason
    session.flush()
    audit.record(session, actor, "sale.cancel", entity=("sale", sale.id), after={"reason": reason})
    return sale


def get(session: UnitOfWork, sale_id: str) -> Sale:
    """One sale with its lines.

    Raises:
        NotFoundError: there is none with this id.
    """
    sale = session.get(Sale, sale_id)
    if sale is None:
        raise not_found("sale", sale_id)
    return sale


def find_page(session: UnitOfWork, member_id: str, *, after: str | None, limit: int) -> Page[Sale]:
    """Everything that a member ever bought at the till, the newest first.

    Raises:
        InvalidError: `after` is no cursor of this list.
    """
    return repository.find_page(session, member_id, after=after, limit=limit)


def _check(session: UnitOfWork, details: SaleDetails) -> None:
    if holds_card_number(details.reference):
        raise invalid_field("reference", "card_number", "Leave out the card's number: it is not kept here.")
    if _total(details.lines) > TOTAL_MINOR_MAX:
        raise invalid_field("lines", "price_too_high", "The sum is more than a sale may be.")
    for line in details.lines:
        if line.kind == "goods" and (line.materials or line.rendered_by):
            raise invalid_field("materials", "only_services", "Only a service is rendered, and uses materials up.")
        if line.rendered_by is not None and session.get(Staff, line.rendered_by) is None:
            raise invalid_field("rendered_by", "unknown_staff", "Name somebody of the staff.")


def _total(lines: Sequence[LineDetails]) -> int:
    return sum(line.quantity * line.unit_price_minor for line in lines)


def _sale(session: UnitOfWork, actor: Actor, member_id: str, details: SaleDetails, idempotency_key: str) -> Sale:
    ids = sorted(new_id("sln") for _ in details.lines)  # those of one receipt stay in its order
    lines = [
        SaleLine(id=line_id, position=position, **(asdict(line) | {"materials": [asdict(m) for m in line.materials]}))
        for position, (line_id, line) in enumerate(zip(ids, details.lines, strict=True))
    ]
    return Sale(
        id=new_id("sal"),
        member_id=member_id,
        total_minor=_total(details.lines),
        currency=details.currency,
        method=details.method,
        reference=details.reference,
        idempotency_key=idempotency_key,
        sold_by=actor.id,
        sold_at=session.now,
        cancel_reason="",
        lines=lines,
    )


def _same(known: Sale, member_id: str, details: SaleDetails) -> Sale:
    lines = tuple(
        LineDetails(
            kind="goods" if line.kind == "goods" else "service",
            title=line.title,
            unit_price_minor=line.unit_price_minor,
            quantity=line.quantity,
            rendered_by=line.rendered_by,
            materials=tuple(Material(**material) for material in line.materials),
        )
        for line in known.lines
    )
    said = (known.member_id, known.method, known.currency, known.reference, lines)
    if said != (member_id, details.method, details.currency, details.reference, details.lines):
        raise ConflictError("idempotency_reused", "The key was used for another sale.")
    return known
