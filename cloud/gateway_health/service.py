"""Notes what gateways report of their health, and gives it to the pages."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import msgspec

from cloud.database import UnitOfWork
from cloud.gateway_health.models import GatewayHealth
from cloud.sites.models import Gateway
from sync_protocol.errors import MalformedMessageError
from sync_protocol.self_test import OUTCOMES_MAX, CheckOutcome, SelfTestReport, Verdict

_WORST_FIRST: Final[tuple[Verdict, ...]] = ("bad", "warning", "not_tested", "good")
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
class Health:
    """What is known of one gateway; `disk_fault` None while its disk takes what it is given."""

    disk_fault: str | None
    self_test: SelfTest | None


UNKNOWN: Final = Health(None, None)


def record(session: UnitOfWork, gateway: Gateway, disk_fault: str | None, report: SelfTestReport | None) -> None:
    """Note what a heartbeat said; without a report the last one stays.

    Raises:
        MalformedMessageError: the report is not one that a gateway makes.
    """
    found = session.get(GatewayHealth, gateway.id)
    if report is None and disk_fault == (found.disk_fault if found else None):
        return
    if found is None:
        found = GatewayHealth(gateway_id=gateway.id)
        session.add(found)
    found.disk_fault = disk_fault
    if report is not None:
        _take_report(found, report, session.now)
    session.wake_after_commit("gateways")


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


def _health(found: GatewayHealth) -> Health:
    if found.checks is None or found.tested_at is None or found.received_at is None:
        return Health(found.disk_fault, None)
    outcomes = [CheckOutcome(**fields) for fields in found.checks]
    outcomes.sort(key=lambda outcome: _WORST_FIRST.index(outcome.verdict))
    return Health(found.disk_fault, SelfTest(found.tested_at, found.received_at, tuple(outcomes)))
