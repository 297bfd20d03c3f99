"""What must work for the watchdog to be fed."""

import asyncio
from dataclasses import replace

import pytest

from access_policy.credential import Credential
from access_policy.entitlement import Entitlement, EntitlementWindow
from gateway.service.health import Health, HealthFaultError
from tests.fake_clock import FakeClock
from tests.gate_fakes import FakeJournal, FakeState


def test_a_gateway_that_decides_and_writes_is_well() -> None:
    asyncio.run(Health(FakeState(), FakeJournal(), FakeClock()).check())


def test_a_journal_that_does_not_write_is_a_fault() -> None:
    with pytest.raises(HealthFaultError, match="journal"):
        asyncio.run(Health(FakeState(), FakeJournal(is_hanging=True), FakeClock()).check())


def test_a_journal_that_waits_for_room_on_its_disk_is_no_reason_to_start_anew() -> None:
    journal = FakeJournal(is_hanging=True, fault="database or disk is full")
    asyncio.run(Health(FakeState(), journal, FakeClock()).check())


def test_a_lookup_that_fails_is_a_fault() -> None:
    class BrokenState(FakeState):
        def find_gate_view(self, credential_hash: str) -> object:  # type: ignore[override]
            raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        asyncio.run(Health(BrokenState(), FakeJournal(), FakeClock()).check())  # type: ignore[arg-type]


def test_a_decision_that_lets_nobody_in_particular_through_is_a_fault() -> None:
    now = FakeClock().wall_ms() // 1000
    window = EntitlementWindow("ctr_a", 0, now + 1)
    everybody = replace(
        FakeState().nobody,
        credential=Credential("0", "mem_a"),
        entitlement=Entitlement("mem_a", "", "en", (window,)),
        last_contact_at=now,
    )
    with pytest.raises(HealthFaultError, match="nobody"):
        asyncio.run(Health(FakeState(nobody=everybody), FakeJournal(), FakeClock()).check())
