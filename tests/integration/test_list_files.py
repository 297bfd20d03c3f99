"""Lists of the console saved as files: what the list shows, with the list's permission, told in the audit log.

Feature 196.
"""

from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
from sqlalchemy import select

from cloud.access_events.models import AccessEvent
from cloud.access_events.pages import list_files
from cloud.action_types import service as action_types
from cloud.action_types.service import ActionTypeDetails
from cloud.audit.models import AuditEntry
from cloud.audit.service import Actor
from cloud.kit import spreadsheets
from cloud.tasks import service as tasks
from cloud.tasks.service import TaskDetails
from tests import club as small
from tests.integration.club import Club, day


@pytest.fixture
def desk(club: Club) -> httpx.Client:
    """A manager at the console of a club in which somebody owes, has a task, and is booked for today."""
    acting = small.Club(club.database, club.site_id, Actor("staff", club.hire("manager")))
    with club.database.transaction() as session:
        anna = acting.add_member(session, "=Anna")
        acting.add_contract(session, anna, due_on=date(2026, 1, 5), ends_on=date(2099, 12, 31))
        kind = action_types.create(session, acting.actor, ActionTypeDetails(name="Call"))
        for text in ("About the dues", "About the locker"):
            tasks.create(session, acting.actor, anna, TaskDetails(action_type_id=kind.id, text=text))
        acting.book(session, anna, datetime.fromisoformat(f"{day(1)}T12:00Z"))
    return club.browser("manager")


def _rows(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    header, *rows = list(spreadsheets.read(answer.content))
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_each_list_is_saved_as_it_is_shown_and_the_log_tells_of_it(club: Club, desk: httpx.Client) -> None:
    saved = desk.get("/tasks/export?form=csv&state=open")
    assert saved.headers["content-disposition"].startswith('attachment; filename="tasks-')
    assert [(row["Type"], row["Member"], row["Text"]) for row in _rows(saved)] == [
        ("Call", "'=Anna", "About the locker"),
        ("Call", "'=Anna", "About the dues"),
    ]
    assert _rows(desk.get("/tasks/export?state=closed")) == []
    (debt,) = _rows(desk.get("/debts/export"))
    assert (debt["Member"], debt["Open"], debt["Currency"], debt["Due on"]) == ("=Anna", "49", "EUR", "2026-01-05")
    (holder,) = _rows(desk.get("/balances/export?figure=active_fee"))
    assert (holder["Member"], holder["Plan"], holder["Balance"]) == ("=Anna", "Year", "Not used yet")
    tomorrow = day(1)
    (booking,) = _rows(desk.get(f"/schedule/bookings/export?since={tomorrow}&until={tomorrow}"))
    assert (booking["Session"], booking["Ended at"]) == ("Pilates", "")
    with club.database.session() as session:
        told = session.scalars(select(AuditEntry).where(AuditEntry.action.endswith(".export"))).all()
    assert [(entry.action, (entry.after or {})["rows"]) for entry in told] == [
        ("task.export", 2),
        ("task.export", 0),
        ("debt.export", 1),
        ("balance.export", 1),
        ("booking.export", 1),
    ]
    assert told[0].after == {"format": "csv", "rows": 2, "filter": {"state": "open"}}


def test_each_list_offers_its_files(desk: httpx.Client) -> None:
    for page, address in (
        ("/tasks", "/tasks/export?state=open&amp;form=xlsx"),
        ("/debts", "/debts/export?"),
        ("/balances", "/balances/export?"),
        (f"/schedule/bookings?until={day(2)}", "/schedule/bookings/export?"),
    ):
        assert address in desk.get(page).text, page


def test_the_audit_log_is_saved_as_it_is_narrowed(club: Club) -> None:
    club.hire("owner")
    owner = club.browser("owner")
    with club.database.transaction() as session:
        flagged = small.Club(club.database, club.site_id, Actor("system", "test")).add_member(session, "Anna")
    assert "/settings/audit/export?about=member&amp;form=csv" in owner.get("/settings/audit?about=member").text
    (entry,) = _rows(owner.get(f"/settings/audit/export?form=csv&about=member&entity={flagged}"))
    assert (entry["Act"], entry["Who"], entry["Id"]) == ("member.create", "test", flagged)
    assert '"first_name": "Anna"' in entry["After"]


def test_the_taps_are_saved_by_the_clock_of_their_site_with_what_became_of_them(
    club: Club, desk: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "/front-desk/export" not in desk.get("/").text
    monkeypatch.setattr(list_files, "TAPS_AT_ONCE", 1)
    acting = small.Club(club.database, club.site_id, Actor("staff", club.hire("owner")))
    lane_id = acting.add_lane("Main gate")
    gateway_id = acting.add_gateway(lane_id)
    with club.database.transaction() as session:
        bea = acting.add_member(session, "Bea")
        for seq, (kind, outcome) in enumerate(
            (("access_decided", "allow"), ("access_taken", None), ("lane_changed", None), ("access_decided", "block"))
        ):
            session.add(_event(club.site_id, gateway_id, lane_id, seq, kind=kind, outcome=outcome, member_id=bea))
    assert "/front-desk/export?form=xlsx" in desk.get("/").text
    told = ("Time", "Time zone", "Lane", "Member", "Outcome", "Went through")
    rows = [tuple(row[name] for name in told) for row in _rows(desk.get("/front-desk/export"))]
    assert rows == [
        ("2026-07-01 10:00:03", "Europe/Rome", "Main gate", "Bea", "Refused", ""),
        ("2026-07-01 10:00:00", "Europe/Rome", "Main gate", "Bea", "Allowed", "Yes"),
    ]


def _event(site_id: str, gateway_id: str, lane_id: str, seq: int, **what: str | None) -> AccessEvent:
    at = datetime(2026, 7, 1, 8, tzinfo=UTC) + timedelta(seconds=seq)
    return AccessEvent(
        **{"site_id": site_id, "gateway_id": gateway_id, "lane_id": lane_id, "journal_epoch": "e", "seq": seq},
        **{"occurred_at": at, "received_at": at, "is_history": False, "boot_id": "b", "monotonic_ms": seq},
        **{"clock": "synced", "tap_id": "" if what["kind"] == "lane_changed" else f"tap{seq // 2}", "direction": "in"},
        **{"text": "", "reason": "jammed", "is_chain_intact": True, "body": {"event": what["kind"]}},
        **what,
    )
