"""When the gateway asks for its next certificate, how it changes over, and what it says when that does not work."""

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Literal

import pytest

from gateway.service.certificate_ports import CertificateFacts, DeskUnreachableError, RenewalDeniedError
from gateway.service.certificate_renewal import CANDIDATE_REFUSALS_MAX, CertificateRenewal, RenewalPorts
from tests.fake_clock import FakeClock
from tests.fake_sync import FakeLink

DAY_S = 86_400
BEGIN_S = 1_800_000_000


def facts(serial: str, begin_s: int = BEGIN_S) -> CertificateFacts:
    return CertificateFacts(serial, begin_s, begin_s + 90 * DAY_S)


@dataclass
class FakePairs:
    current: CertificateFacts | None = field(default_factory=lambda: facts("1"))
    candidate: CertificateFacts | None = None
    next_fingerprint: str = ""
    is_disk_full: bool = False
    has_changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def change(self) -> None:
        """Return when the pairs have changed since the last call."""
        await self.has_changed.wait()
        self.has_changed.clear()

    async def promote(self) -> None:
        if self.is_disk_full:
            raise OSError("no space left on device")
        self.current, self.candidate = self.candidate, None
        self.has_changed.set()

    async def discard(self) -> None:
        self.candidate = None


@dataclass
class FakeTrial:
    is_candidate_proven: bool = False
    candidate_refusals: int = 0
    refusal: str | None = None


@dataclass
class FakeDesk:
    """Answers with `answer`, or raises it; a grant becomes the candidate."""

    pairs: FakePairs
    answer: Literal["granted", "waiting_for_approval"] | Exception = "granted"
    asked: int = 0

    async def obtain(self) -> Literal["granted", "waiting_for_approval"]:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        if self.answer == "granted":
            self.pairs.candidate = facts("2", BEGIN_S + 45 * DAY_S)
            self.pairs.has_changed.set()
        return self.answer


class Stand:
    """A renewal with everything around it; `live` lets days pass and looks."""

    def __init__(self, *, has_desk: bool = True) -> None:
        self.pairs, self.trial, self.link = FakePairs(), FakeTrial(), FakeLink()
        self.clock = FakeClock(BEGIN_S * 1000)
        self.desk = FakeDesk(self.pairs)
        desk = self.desk if has_desk else None
        self.renewal = CertificateRenewal(
            RenewalPorts(self.pairs, self.trial, desk, self.link, self.clock, random=lambda: 1.0)
        )

    def live(self, *, days: float = 0.0, seconds: float = 0.0) -> str:
        self.clock.advance(days * DAY_S + seconds)
        asyncio.run(self.renewal.tick())
        return self.renewal.status.state


def test_a_young_certificate_is_left_alone() -> None:
    stand = Stand()
    assert stand.live(days=44.9) == "in_order"
    assert stand.desk.asked == 0
    assert stand.renewal.status.valid_until == "2027-04-15T08:00:00Z"


def test_at_half_its_life_the_next_one_is_asked_for_and_tried_on_a_new_connection() -> None:
    stand = Stand()
    assert stand.live(days=45) == "trying_next"
    assert stand.link.given_up == ["a new certificate is tried"]
    stand.trial.is_candidate_proven = True
    assert stand.live(seconds=1) == "in_order"
    assert stand.pairs.current == facts("2", BEGIN_S + 45 * DAY_S)
    assert stand.desk.asked == 1


def test_without_a_connection_the_candidate_waits_for_the_next_one() -> None:
    stand = Stand()
    stand.link.is_connected = False
    assert stand.live(days=45) == "trying_next"
    assert stand.link.given_up == []


def test_a_candidate_that_did_not_get_through_is_tried_again_after_an_hour() -> None:
    stand = Stand()
    stand.live(days=45)
    stand.live(seconds=3599)
    assert len(stand.link.given_up) == 1
    stand.live(seconds=1)
    assert len(stand.link.given_up) == 2


def test_a_candidate_that_the_broker_does_not_take_is_given_up_for_another_one() -> None:
    stand = Stand()
    stand.live(days=45)
    stand.trial.candidate_refusals = CANDIDATE_REFUSALS_MAX
    assert stand.live(seconds=1) == "due"
    assert stand.pairs.candidate is None
    stand.trial.candidate_refusals = 0
    stand.live(seconds=60)
    assert stand.desk.asked == 1, "not at once"
    assert stand.live(seconds=3600) == "trying_next"


def test_nothing_is_decided_on_an_untrusted_clock() -> None:
    stand = Stand()
    stand.clock.trust = "untrusted"
    assert stand.live(days=80) == "in_order"
    assert stand.desk.asked == 0
    stand.clock.trust = "floor"
    stand.live()
    assert stand.desk.asked == 1


@pytest.mark.parametrize("refusal", ["certificate_expired", "validity_disputed"])
def test_that_the_broker_calls_it_expired_is_reason_enough_on_any_clock(refusal: str) -> None:
    stand = Stand()
    stand.clock.trust = "untrusted"
    stand.trial.refusal = refusal
    stand.live()
    assert stand.desk.asked == 1


def test_a_revoked_certificate_is_no_reason_to_ask() -> None:
    stand = Stand()
    stand.trial.refusal = "certificate_revoked"
    assert stand.live() == "in_order"
    assert stand.desk.asked == 0


def test_while_nobody_answers_the_pauses_grow_to_an_hour() -> None:
    stand = Stand()
    stand.desk.answer = DeskUnreachableError("nobody there")
    assert stand.live(days=45) == "due"
    assert stand.renewal.status.detail == "nobody there"
    moments: list[int] = []
    seconds = 0
    while len(moments) < 12:
        asked = stand.desk.asked
        stand.live(seconds=30)
        seconds += 30
        if stand.desk.asked > asked:
            moments.append(seconds)
            seconds = 0
    assert moments[:4] == [30, 60, 120, 240]
    assert max(moments) == 3600


def test_while_staff_have_not_decided_it_asks_every_five_minutes_at_least() -> None:
    stand = Stand()
    stand.desk.answer = "waiting_for_approval"
    assert stand.live(days=91) == "waiting_for_approval"
    for _ in range(10):
        stand.live(seconds=300)
    assert stand.desk.asked == 11
    stand.desk.answer = "granted"
    assert stand.live(seconds=300) == "trying_next"


def test_a_refusal_is_said_by_name_and_asked_about_again_in_hours() -> None:
    stand = Stand()
    stand.desk.answer = RenewalDeniedError("reenrolment_refused", "Staff have refused.")
    assert stand.live(days=91) == "denied"
    assert stand.renewal.status.detail == "Staff have refused. (reenrolment_refused)"
    assert stand.live(seconds=3600) == "denied"
    assert stand.desk.asked == 1
    stand.live(seconds=3 * 3600)
    assert stand.desk.asked == 2


def test_a_full_disk_does_not_end_the_renewal() -> None:
    stand = Stand()
    stand.live(days=45)
    stand.trial.is_candidate_proven = True
    stand.pairs.is_disk_full = True
    assert stand.live(seconds=1) == "due"
    assert "no space" in stand.renewal.status.detail
    stand.pairs.is_disk_full = False
    assert stand.live(seconds=1) == "in_order"


def test_a_gateway_that_does_not_know_the_cloud_s_address_says_so() -> None:
    stand = Stand(has_desk=False)
    assert stand.live(days=1) == "in_order"
    assert stand.live(days=50) == "no_address"
    assert "enrol this gateway once again" in stand.renewal.status.detail


def test_a_gateway_without_a_certificate_says_so() -> None:
    stand = Stand()
    stand.pairs.current = None
    assert stand.live(days=50) == "missing"


def test_a_certificate_that_runs_out_is_a_warning_once_a_day(caplog: pytest.LogCaptureFixture) -> None:
    stand = Stand()
    stand.desk.answer = DeskUnreachableError("nobody there")
    with caplog.at_level(logging.WARNING):
        stand.live(days=67)
        assert (stand.renewal.status.is_running_out, "RUNS OUT" in caplog.text) == (False, False)
        for _ in range(4):
            stand.live(days=0.5)
    assert stand.renewal.status.is_running_out
    assert caplog.text.count("THE CERTIFICATE RUNS OUT on 2027-04-15T08:00:00Z: nobody there") == 2


def test_the_renewal_looks_at_once_when_something_has_happened() -> None:
    async def run() -> None:
        stand = Stand()
        stand.clock.advance(45 * DAY_S)
        running = asyncio.create_task(stand.renewal.run())
        await stand.pairs.change()
        stand.trial.is_candidate_proven = True
        stand.renewal.look_now()
        await stand.pairs.change()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert stand.pairs.current == facts("2", BEGIN_S + 45 * DAY_S)

    asyncio.run(run())
