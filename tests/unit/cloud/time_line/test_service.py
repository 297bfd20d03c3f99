"""The time line: everything about a person in one order, page by page, in a bounded number of queries."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event

from cloud.access_events.models import AccessEvent
from cloud.billing import charges, instalments
from cloud.billing.charges import ChargeDetails
from cloud.bookings import attendance, waiting
from cloud.bookings import service as bookings
from cloud.bookings.service import BookingDetails
from cloud.comments import service as comments
from cloud.contracts import course
from cloud.database import UnitOfWork
from cloud.errors import InvalidError, NotFoundError
from cloud.kit.paging import encode_cursor
from cloud.past import KINDS, PastLine
from cloud.sales import service as sales
from cloud.sales.service import LineDetails, Material, SaleDetails
from cloud.staff.policy import Permission
from cloud.tasks import service as tasks
from cloud.time_line import service
from tests.club import Club
from tests.privacy import add_purpose, decide
from tests.tasks import add_task, add_type

RECEIPT = SaleDetails(
    method="cash",
    currency="EUR",
    lines=(
        LineDetails(kind="goods", title="Water", unit_price_minor=150),
        LineDetails(
            kind="service", title="Massage", unit_price_minor=4500, materials=(Material(name="Oil", quantity="30 ml"),)
        ),
    ),
)


def tap(session: UnitOfWork, club: Club, member_id: str, gateway_id: str, **columns: object) -> None:
    """Store an event as a gateway would have told it."""
    seq = session.query(AccessEvent).count()
    values = {
        "site_id": club.site_id,
        "gateway_id": gateway_id,
        "journal_epoch": "e",
        "seq": seq,
        "occurred_at": session.now,
        "received_at": session.now,
        "is_history": False,
        "boot_id": "b",
        "monotonic_ms": seq,
        "clock": "synced",
        "member_id": member_id,
        "text": "",
        "is_chain_intact": True,
        "body": {},
    }
    session.add(AccessEvent(**(values | columns)))
    session.flush()


def book(session: UnitOfWork, club: Club, member_id: str) -> None:
    """Booked, waited and promoted, attended, cancelled: one after the other."""
    starts_at = (session.now + timedelta(hours=2)).replace(minute=0, second=0, microsecond=0)
    session_id = club.plan(session, starts_at, seats=1)
    details = BookingDetails(session_id=session_id)
    first = bookings.book(session, club.actor, club.add_member(session, "First"), details)
    waiting.join(session, club.actor, member_id, session_id)
    bookings.cancel(session, club.actor, first.id)
    attendance.mark(session, club.actor, bookings.list_standing(session, [member_id])[0].id)
    bookings.cancel(session, club.actor, club.book(session, member_id, starts_at + timedelta(hours=3)))


def live_through_a_day(session: UnitOfWork, club: Club, member_id: str, gateway_id: str) -> None:
    """Everything at one instant: only the ids put it in order."""
    tap(session, club, member_id, gateway_id, kind="access_decided", outcome="block", reason="dues_overdue")
    tap(session, club, member_id, gateway_id, kind="access_decided", outcome="message", text="Ciao")
    tap(session, club, member_id, gateway_id, kind="access_taken", direction="in")
    tap(session, club, member_id, gateway_id, kind="access_not_taken", direction="in")
    book(session, club, member_id)
    contract_id = club.add_contract(session, member_id, ends_on=date(2199, 1, 1), due_on=date(2030, 1, 1))
    course.end(session, club.actor, contract_id, date(2198, 1, 1), "moves away")
    (due,) = instalments.list_open(session, [member_id])
    charge = charges.record(session, club.actor, due.id, ChargeDetails(method="card"), idempotency_key=member_id)
    charges.reverse(session, club.actor, charge.id, "charged back")
    sale = sales.sell(session, club.actor, member_id, RECEIPT, idempotency_key=member_id)
    sales.cancel(session, club.actor, sale.id, "came back")
    club.clear(session, club.block(session, member_id))
    task_id = add_task(club, session, member_id, add_type(club, session, name=f"Call {member_id}"))
    tasks.comment(session, club.actor, task_id, "No answer")
    comments.add(session, club.actor, member_id, "Prefers mornings")
    decide(club, session, member_id, add_purpose(club, session, f"News for {member_id}"), is_given=True)


@pytest.fixture
def gateway_id(club: Club) -> str:
    return club.add_gateway(club.add_lane())


def everybody(_permission: Permission) -> bool:
    return True


def whole(session: UnitOfWork, member_id: str, limit: int, **how: object) -> list[PastLine]:
    """The time line, page by page."""
    lines: list[PastLine] = []
    after: str | None = None
    while True:
        page = service.find_page(session, member_id, may=everybody, after=after, limit=limit, **how)  # type: ignore[arg-type]
        lines += page.items
        after = page.next
        if after is None:
            return lines


def test_it_holds_every_kind_of_thing_with_who_and_when(club: Club, gateway_id: str) -> None:
    """Features 157, 159, 162, 163, 184, 185, 209: one history with services, goods, tasks, visits and comments."""
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        live_through_a_day(session, club, member_id, gateway_id)
    with club.database.session() as session:
        lines = whole(session, member_id, 200)
    assert {line.kind for line in lines} == set(KINDS)
    of_nobody = {line.what for line in lines if line.who != club.actor.id}
    assert of_nobody == {"entered", "not_taken", "refused", "shown", "booked", "promoted", "reversed"}
    told = {(line.kind, line.what) for line in lines}
    assert {("visit", "entered"), ("visit", "not_taken"), ("refusal", "refused"), ("message", "shown")} <= told
    assert {("booking", "booked"), ("booking", "cancelled"), ("booking", "attended"), ("booking", "waits")} <= told
    assert {("booking", "promoted"), ("contract", "create"), ("contract", "end")} <= told
    assert {("payment", "succeeded"), ("payment", "reversed"), ("payment", "till"), ("flag", "block_lifted")} <= told
    (massage,) = (line for line in lines if line.kind == "service")
    assert massage.facts["materials"] == [{"name": "Oil", "quantity": "30 ml"}]


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_no_page_skips_or_repeats_a_line_even_of_one_instant(club: Club, gateway_id: str, limit: int) -> None:
    """Feature 209: every comment, visit and booking is kept and found."""
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        live_through_a_day(session, club, member_id, gateway_id)
    with club.database.transaction() as session:
        live_through_a_day(session, club, club.add_member(session, "Other"), gateway_id)
        comments.add(session, club.actor, member_id, "The day after")
    with club.database.session() as session:
        at_once = whole(session, member_id, 200)
        assert whole(session, member_id, limit) == at_once
        assert len({line.line_id for line in at_once}) == len(at_once)
        assert [line.key for line in at_once] == sorted((line.key for line in at_once), reverse=True)


def test_a_filter_shows_its_kind_alone(club: Club, gateway_id: str) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        live_through_a_day(session, club, member_id, gateway_id)
    with club.database.session() as session:
        for kind in KINDS:
            only = whole(session, member_id, 2, kinds=(kind,))
            assert only
            assert {line.kind for line in only} == {kind}


def test_lines_that_ask_for_another_permission_are_left_out(club: Club, gateway_id: str) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        live_through_a_day(session, club, member_id, gateway_id)
        page = service.find_page(session, member_id, may=lambda name: name == "tasks.read", after=None, limit=200)
    assert {line.kind for line in page.items} == {"task", "comment"}
    assert service.kinds_for(lambda name: name == "tasks.read") == ["task", "comment"]


def test_a_longer_past_needs_no_more_queries(club: Club, gateway_id: str) -> None:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    with club.database.transaction() as session:
        member_id = club.add_member(session)
        live_through_a_day(session, club, member_id, gateway_id)
    event.listen(club.database.engine, "before_cursor_execute", note)
    with club.database.session() as session:
        service.find_page(session, member_id, may=everybody, after=None, limit=50)
    few = len(seen)
    with club.database.transaction() as session:
        for number in range(30):
            comments.add(session, club.actor, member_id, str(number))
            sales.sell(session, club.actor, member_id, RECEIPT, idempotency_key=str(number))
    seen.clear()
    with club.database.session() as session:
        service.find_page(session, member_id, may=everybody, after=None, limit=50)
    event.remove(club.database.engine, "before_cursor_execute", note)
    # one for each source, the member, and the lines of the receipts
    assert len(seen) <= few <= 25


@pytest.mark.parametrize(
    "key", [("x", "y"), (-1, "cmt_"), (10**18, "cmt_"), (1, "evt_x"), (1, "evt_99999999999999999999"), (1, "aud_")]
)
def test_a_cursor_of_another_list_is_refused(club: Club, key: tuple[str | int, ...]) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        with pytest.raises(InvalidError):
            service.find_page(session, member_id, may=everybody, after=encode_cursor(key), limit=5)


def test_nobody_has_no_past(club: Club) -> None:
    with club.database.session() as session, pytest.raises(NotFoundError):
        service.find_page(session, "mem_nobody", may=everybody, after=None, limit=5)


def test_lists_are_merged_the_newest_first() -> None:
    first = datetime(2026, 1, 1, tzinfo=UTC)
    lines = [PastLine(first + timedelta(days=day), f"cmt_{day:020d}", "comment", "said") for day in range(6)]
    told = [[lines[5], lines[2]], [lines[4], lines[3], lines[0]], []]
    assert service.newest_of(told, 4) == [lines[5], lines[4], lines[3], lines[2]]
