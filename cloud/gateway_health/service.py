"""Notes what gateways report of their health, and gives it to the pages."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from sqlalchemy import select

from cloud.database import UnitOfWork
from cloud.gateway_health.models import GatewayHealth
from cloud.sites.models import Gateway
from sync_protocol.errors import MalformedMessageError
from sync_protocol.messages import Heartbeat
from sync_protocol.self_test import OUTCOMES_MAX, CheckOutcome, SelfTestReport, Verdict

_WORST_FIRST: Final[tuple[Verdict, ...]] = ("bad", "warning", "not_tested", "good")
LANES_MAX: Final = 16
_YEAR_9999_MS: Final = 253_370_764_800_000


@dataclass(frozen=True, slots=True)
class SelfTest:
    """The last self-test of a gateway, the worst outcomes first."""

    tested_at: datetime
    received_at: datetime
    outcomes: tuple[CheckOutcome, ...]

    @property
    def worst(self) -> Verdict:
        """The worst verdict that matters: what was not tested is no fault."""
        found = {outcome.verdict for outcome in self.outcomes}
        return "bad" if "bad" in found else "warning" if "warning" in found else "good"


@dataclass(frozen=True, slots=True)
class UnusualLane:
    """A lane in trouble, or told to be something; `trouble` and `mode` as in `LaneHealth`.

    `heard_at` is when this was first heard of, which is after it began.
    """

    lane_id: str
    trouble: str
    mode: str
    until: datetime | None
    heard_at: datetime


@dataclass(frozen=True, slots=True)
class Health:
    """What is known of one gateway.

    `disk_fault` is None while its disk takes what it is given, `policy_fault` while the newest rules of its site are in
    force there.
    """

    disk_fault: str | None = None
    self_test: SelfTest | None = None
    policy_fault: str | None = None
    lanes: tuple[UnusualLane, ...] = ()


UNKNOWN: Final = Health()


def record(session: UnitOfWork, gateway: Gateway, beat: Heartbeat) -> None:
    """Note what a heartbeat said; without a self-test's report the last one stays.

    Raises:
        MalformedMessageError: the report is not one that a gateway makes.
    """
    found = session.get(GatewayHealth, gateway.id)
    lanes = _lanes_told(found, beat, session.now)
    faults = (beat.disk_fault, beat.policy_fault)
    known = (found.disk_fault, found.policy_fault, found.lanes or []) if found else (None, None, [])
    if beat.self_test is None and known == (*faults, lanes):
        return
    if found is None:
        found = GatewayHealth(gateway_id=gateway.id)
        session.add(found)
    found.disk_fault, found.policy_fault = faults
    found.lanes = lanes
    if beat.self_test is not None:
        _take_report(found, beat.self_test, session.now)
    session.wake_after_commit("gateways")


def _lanes_told(found: GatewayHealth | None, beat: Heartbeat, now: datetime) -> list[dict[str, Any]]:
    """The lanes as they are kept: what was known already keeps its moment."""
    if len(beat.lanes) > LANES_MAX or any(not 0 <= (lane.until or 0) < _YEAR_9999_MS // 1000 for lane in beat.lanes):
        raise MalformedMessageError("no gateway has such lanes")
    known = {lane["lane_id"]: lane for lane in (found.lanes or [])} if found else {}
    told = []
    for lane in beat.lanes:
        fields = msgspec.structs.asdict(lane)
        before = known.get(lane.lane_id, {})
        is_same = fields == {name: before.get(name) for name in fields}
        told.append({**fields, "heard_at": before["heard_at"] if is_same else int(now.timestamp())})
    return told


def _take_report(found: GatewayHealth, report: SelfTestReport, now: datetime) -> None:
    if len(report.outcomes) > OUTCOMES_MAX or not 0 <= report.tested_at_ms < _YEAR_9999_MS:
        raise MalformedMessageError("this is no self-test's report")
    found.checks = [msgspec.structs.asdict(outcome) for outcome in report.outcomes]
    found.tested_at = datetime.fromtimestamp(report.tested_at_ms / 1000, UTC)
    found.received_at = now


def find_health(session: UnitOfWork, gateway_id: str) -> Health:
    """What is known of a gateway."""
    found = session.get(GatewayHealth, gateway_id)
    return UNKNOWN if found is None else _health(found)


def last_findings(session: UnitOfWork) -> dict[str, tuple[object, ...]]:
    """Of each gateway something that differs whenever what is known of its health does."""
    columns = (GatewayHealth.disk_fault, GatewayHealth.policy_fault, GatewayHealth.lanes, GatewayHealth.received_at)
    return {
        gateway_id: tuple(rest) for gateway_id, *rest in session.execute(select(GatewayHealth.gateway_id, *columns))
    }


def _health(found: GatewayHealth) -> Health:
    lanes = tuple(_lane(**lane) for lane in found.lanes or ())
    return Health(found.disk_fault, _self_test(found), found.policy_fault, lanes)


def _lane(*, lane_id: str, trouble: str, mode: str, until: int | None, heard_at: int) -> UnusualLane:
    ends_at = None if until is None else datetime.fromtimestamp(until, UTC)
    return UnusualLane(lane_id, trouble, mode, ends_at, datetime.fromtimestamp(heard_at, UTC))


def _self_test(found: GatewayHealth) -> SelfTest | None:
    if found.checks is None or found.tested_at is None or found.received_at is None:
        return None
    outcomes = [CheckOutcome(**fields) for fields in found.checks]
    outcomes.sort(key=lambda outcome: _WORST_FIRST.index(outcome.verdict))
    return SelfTest(found.tested_at, found.received_at, tuple(outcomes))
