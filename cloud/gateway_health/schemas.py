"""What the API gives about a gateway's health."""

from datetime import datetime
from typing import Self

import msgspec
from pydantic import BaseModel, Field

from cloud.gateway_health.service import Health, SelfTest
from sync_protocol.self_test import Verdict


class CheckOut(BaseModel):
    """One part of a self-test."""

    check: str = Field(examples=["reader"])
    verdict: Verdict
    finding: str = Field(examples=["reader_offline"], description="Why it is not good, as a stable word; or empty.")
    subject: str = Field(examples=["entry"], description="Which of several, or empty.")
    measured: str = Field(examples=["18 ms, 0.00 %"])


class SelfTestOut(BaseModel):
    """The last self-test, the worst first."""

    tested_at: datetime = Field(description="By the gateway's own clock.")
    received_at: datetime
    worst: Verdict
    checks: list[CheckOut]

    @classmethod
    def of(cls, found: SelfTest) -> Self:
        """The outcomes by name."""
        checks = [CheckOut(**msgspec.structs.asdict(outcome)) for outcome in found.outcomes]
        return cls(tested_at=found.tested_at, received_at=found.received_at, worst=found.worst, checks=checks)


class HealthOut(BaseModel):
    """A gateway's health, as far as it has told."""

    disk_fault: str | None = Field(description="Why its disk takes nothing more; null while it does.")
    self_test: SelfTestOut | None

    @classmethod
    def of(cls, health: Health) -> Self:
        """What the table holds."""
        self_test = None if health.self_test is None else SelfTestOut.of(health.self_test)
        return cls(disk_fault=health.disk_fault, self_test=self_test)
