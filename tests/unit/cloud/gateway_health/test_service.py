"""What a gateway found about itself, as the cloud keeps it."""

from datetime import UTC, datetime, timedelta

import pytest

from cloud.database import UnitOfWork
from cloud.gateway_health import service
from cloud.gateway_health.models import GatewayHealth
from cloud.gateway_link.reception import receive
from sync_protocol.errors import MalformedMessageError
from sync_protocol.messages import Heartbeat, LaneHealth, OutboxRange
from sync_protocol.self_test import OUTCOMES_MAX, CheckOutcome, SelfTestReport
from tests.club import Club, gateway_of

SERIAL = "17"
REPORT = SelfTestReport(
    1_795_000_000_000,
    (CheckOutcome("disk", "good", measured="900 MiB"), CheckOutcome("reader", "bad", "reader_offline", "entry")),
)


def beat(session: UnitOfWork, gateway_id: str, report: SelfTestReport | None = None, fault: str | None = None) -> None:
    heartbeat = Heartbeat("boot", 1, 0, bytes(16), OutboxRange(0, 0), "synced", 3, (), fault, report)
    receive(session, gateway_of(session, gateway_id), heartbeat, SERIAL)


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


def tell(session: UnitOfWork, gateway_id: str, policy_fault: str | None = None, *lanes: LaneHealth) -> service.Health:
    place = ("boot", 1, 0, bytes(16), OutboxRange(0, 0), "synced", 3)
    heartbeat = Heartbeat(*place, policy_fault=policy_fault, lanes=lanes)  # type: ignore[arg-type]
    receive(session, gateway_of(session, gateway_id), heartbeat, SERIAL)
    return service.find_health(session, gateway_id)


def test_rules_that_cannot_be_read_are_shown_while_they_are(club: Club) -> None:
    gateway_id = club.add_gateway(club.add_lane())
    with club.database.transaction() as session:
        assert tell(session, gateway_id, "ValueError").policy_fault == "ValueError"
        assert tell(session, gateway_id).policy_fault is None


def test_an_unusual_lane_keeps_the_moment_at_which_it_was_first_heard_of(club: Club) -> None:
    gateway_id = club.add_gateway(club.add_lane())
    until = datetime.fromtimestamp(1_795_000_000, UTC)
    free = LaneHealth("lan_a", mode="free_passage", until=1_795_000_000)
    with club.database.transaction() as session:
        tell(session, gateway_id, None, free)
        kept = session.get_one(GatewayHealth, gateway_id)
        assert kept.lanes is not None
        kept.lanes = [{**kept.lanes[0], "heard_at": kept.lanes[0]["heard_at"] - 300}]
        old, new = tell(session, gateway_id, None, free, LaneHealth("lan_b", "jam")).lanes
        assert (old.mode, old.trouble, old.until, new.trouble) == ("free_passage", "", until, "jam")
        assert new.heard_at - old.heard_at == timedelta(minutes=5)
        (changed,) = tell(session, gateway_id, None, LaneHealth("lan_a", "fire")).lanes
        assert changed.heard_at == new.heard_at
        assert tell(session, gateway_id).lanes == ()


@pytest.mark.parametrize(
    "lanes", [(LaneHealth("lan_a", "jam"),) * (service.LANES_MAX + 1), (LaneHealth("lan_a", until=-1),)]
)
def test_lanes_that_no_gateway_has_are_refused(club: Club, lanes: tuple[LaneHealth, ...]) -> None:
    gateway_id = club.add_gateway(club.add_lane())
    with club.database.transaction() as session, pytest.raises(MalformedMessageError):
        tell(session, gateway_id, None, *lanes)
