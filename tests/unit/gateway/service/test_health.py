"""What must work for the watchdog to be fed."""

import asyncio

import pytest

from gateway.service.dry_tap import WrongDecisionError
from gateway.service.health import Health, HealthFaultError
from tests.gate_fakes import FakeJournal


class FakeSelfTap:
    def __init__(self, fault: Exception | None = None) -> None:
        self.fault = fault

    def tap_for_nobody(self) -> int:
        if self.fault is not None:
            raise self.fault
        return 250


def test_a_gateway_that_decides_and_writes_is_well() -> None:
    asyncio.run(Health(FakeSelfTap(), FakeJournal()).check())


def test_a_journal_that_does_not_write_is_a_fault() -> None:
    with pytest.raises(HealthFaultError, match="journal"):
        asyncio.run(Health(FakeSelfTap(), FakeJournal(is_hanging=True)).check())


def test_a_journal_that_waits_for_room_on_its_disk_is_no_reason_to_start_anew() -> None:
    journal = FakeJournal(is_hanging=True, fault="database or disk is full")
    asyncio.run(Health(FakeSelfTap(), journal).check())


@pytest.mark.parametrize("fault", [OSError("disk"), WrongDecisionError("nobody was let in")])
def test_a_tap_that_fails_or_is_answered_wrongly_is_a_fault(fault: Exception) -> None:
    with pytest.raises(type(fault)):
        asyncio.run(Health(FakeSelfTap(fault), FakeJournal()).check())
