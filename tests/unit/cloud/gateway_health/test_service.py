"""What a gateway found about itself, as the cloud keeps it."""

from datetime import UTC, datetime

import pytest

from cloud.database import UnitOfWork
from cloud.gateway_health import service
from cloud.gateway_link.reception import receive
from sync_protocol.errors import MalformedMessageError
from sync_protocol.messages import Heartbeat, OutboxRange
from sync_protocol.self_test import OUTCOMES_MAX, CheckOutcome, SelfTestReport
from tests.club import Club

REPORT = SelfTestReport(
    1_795_000_000_000,
    (CheckOutcome("disk", "good", measured="900 MiB"), CheckOutcome("reader", "bad", "reader_offline", "entry")),
)


def beat(session: UnitOfWork, gateway_id: str, report: SelfTestReport | None = None, fault: str | None = None) -> None:
    receive(session, gateway_id, Heartbeat("boot", 1, 0, bytes(16), OutboxRange(0, 0), "synced", 3, (), fault, report))


def test_a_gateway_that_never_said_anything_is_in_unknown_health(club: Club) -> None:
    gateway_id = club.add_gateway(club.add_lane())
    with club.database.transaction() as session:
        beat(session, gateway_id)
        assert service.find_health(session, gateway_id) == service.UNKNOWN


def test_the_last_self_test_is_kept_with_the_worst_first(club: Club) -> None:
    gateway_id = club.add_gateway(club.add_lane())
    with club.database.transaction() as session:
        beat(session, gateway_id, REPORT)
        beat(session, gateway_id)
    with club.database.session() as session:
        found = service.find_health(session, gateway_id).self_test
        assert found is not None
        assert found.tested_at == datetime.fromtimestamp(1_795_000_000, UTC)
        assert [outcome.check for outcome in found.outcomes] == ["reader", "disk"]
        assert found.worst == "bad"


def test_a_disk_fault_is_shown_while_it_lasts(club: Club) -> None:
    gateway_id = club.add_gateway(club.add_lane())
    with club.database.transaction() as session:
        beat(session, gateway_id, fault="database or disk is full")
        assert service.find_health(session, gateway_id).disk_fault == "database or disk is full"
        beat(session, gateway_id)
        assert service.find_health(session, gateway_id).disk_fault is None


@pytest.mark.parametrize(
    "report",
    [
        SelfTestReport(-1, ()),
        SelfTestReport(2**62, ()),
        SelfTestReport(1, (CheckOutcome("disk", "good"),) * (OUTCOMES_MAX + 1)),
        SelfTestReport(1, (CheckOutcome("disk", "good", measured="\x00"),)),
        SelfTestReport(1, (CheckOutcome("disk", "good", measured="x" * 65),)),
    ],
)
def test_a_report_that_no_table_holds_is_refused(club: Club, report: SelfTestReport) -> None:
    gateway_id = club.add_gateway(club.add_lane())
    with club.database.transaction() as session, pytest.raises(MalformedMessageError):
        beat(session, gateway_id, report)
