"""What the API gives about a gateway's health."""

from datetime import datetime
from typing import Self

import msgspec
from pydantic import BaseModel, ConfigDict, Field

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


class UnusualLaneOut(BaseModel):
    """A lane that is not as ever."""

    model_config = ConfigDict(from_attributes=True)

    lane_id: str
    trouble: str = Field(examples=["jam"], description="fire, alarm, fault, jam, held; or empty.")
    mode: str = Field(examples=["evacuation"], description="What it was told to be; normal if nothing.")
    until: datetime | None = Field(description="When the mode ends; null: when it is ended.")
    heard_at: datetime = Field(description="When this was first heard of.")


class HealthOut(BaseModel):
    """A gateway's health, as far as it has told."""

    disk_fault: str | None = Field(description="Why its disk takes nothing more; null while it does.")
    policy_fault: str | None = Field(description="Why its site's newest rules are not in force; null while they are.")
    lanes: list[UnusualLaneOut] = Field(description="Lanes in trouble, or told to be something.")
    self_test: SelfTestOut | None

    @classmethod
    def of(cls, health: Health) -> Self:
        """What the table holds."""
        self_test = None if health.self_test is None else SelfTestOut.of(health.self_test)
        return cls(
            disk_fault=health.disk_fault,
            policy_fault=health.policy_fault,
            lanes=[UnusualLaneOut.model_validate(lane) for lane in health.lanes],
            self_test=self_test,
        )
