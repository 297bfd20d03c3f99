"""Everybody comes at once: some are let in, the others are told when, and come back one after the other."""

import asyncio

import pytest

from cloud.gateway_link.admission import PLACES_MAX, WAIT_MAX_S, Admission
from sync_protocol.messages import CloudHeartbeat, Hello, OutboxRange, Refused, Welcome
from tests.club import Club
from tests.in_loop import in_loop
from tests.unit.cloud.gateway_link.test_ingester import SpeakingGateway, ingesting


def storm(admission: Admission, gateways: int) -> dict[str, float]:
    """All come at moment 0, and come back exactly when they were told to; the moment at which each was let in."""
    due = {f"gwy_{number}": 0.0 for number in range(gateways)}
    let_in: dict[str, float] = {}
    attempts = dict.fromkeys(due, 0)
    while due:
        gateway_id = min(due, key=due.__getitem__)
        now_s = due.pop(gateway_id)
        attempts[gateway_id] += 1
        wait_s = admission.ask(gateway_id, now_s)
        assert 0 <= wait_s <= WAIT_MAX_S
        if wait_s:
            due[gateway_id] = now_s + wait_s
        else:
            let_in[gateway_id] = now_s
    assert max(attempts.values()) <= 2, "whoever was given a place is let in"
    return let_in


def test_who_comes_alone_is_let_in_as_often_as_they_like() -> None:
    admission = Admission(rate_per_s=10, burst=5)
    assert [admission.ask("gwy_a", second) for second in range(20)] == [0] * 20


def test_a_thousand_gateways_are_let_in_within_ten_seconds_on_two_attempts() -> None:
    let_in = storm(Admission(), 1000)
    assert len(let_in) == 1000
    assert max(let_in.values()) <= 10.0


def test_a_storm_is_spread_at_about_the_rate() -> None:
    moments = list(storm(Admission(rate_per_s=10, burst=20), 120).values())
    per_second = [sum(second <= moment < second + 1 for moment in moments) for second in range(1, 12)]
    assert moments.count(0.0) <= 21
    assert max(per_second) <= 11


def test_who_comes_too_early_is_told_the_rest_of_the_time_and_keeps_their_place() -> None:
    admission = Admission(rate_per_s=1, burst=1)
    assert [admission.ask(name, 0.0) for name in ("a", "b", "c", "d")] == [0, 0, 1, 2]
    assert admission.ask("d", 0.1) == 2
    assert admission.ask("d", 1.0) == 1
    assert admission.ask("d", 1.6) == 0


def test_nobody_waits_for_longer_than_a_minute_however_many_there_are() -> None:
    admission = Admission(rate_per_s=1, burst=1)
    waits = [admission.ask(f"gwy_{number}", 0.0) for number in range(500)]
    assert max(waits) == WAIT_MAX_S


def test_places_that_nobody_takes_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cloud.gateway_link.admission.PLACES_MAX", 10)
    admission = Admission(rate_per_s=1, burst=1)
    for number in range(40):
        admission.ask(f"gwy_{number}", 0.0)
    assert admission.places == 10
    assert PLACES_MAX >= 1000


def test_a_gateway_that_is_not_let_in_is_told_so_and_its_other_words_are_taken(shared_club: Club) -> None:
    gateway = SpeakingGateway.add(shared_club)
    hello = Hello("boot", "1", "epoch1", 0, b"", OutboxRange(0, 0), "synced", 0)

    @in_loop
    async def talk() -> None:
        async with ingesting(shared_club) as (ingester, outbox, workshop):
            now_s = asyncio.get_running_loop().time()
            others = 0
            while workshop.admission.ask(f"gwy_{others}", now_s) < WAIT_MAX_S:
                others += 1
            await ingester.handle(*gateway.say(hello))
            refused = await outbox.until(Refused)
            assert isinstance(refused, Refused)
            assert refused.kind == "hello"
            assert refused.retry_after_s in range(1, WAIT_MAX_S + 1)
            await ingester.handle(*gateway.beat())
            await outbox.until(CloudHeartbeat)
            assert not any(isinstance(message, Welcome) for _, message in outbox.sent)

    talk()
