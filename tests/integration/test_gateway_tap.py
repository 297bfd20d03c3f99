"""The whole gateway on one machine, offline: a real pty with secure channel, a real store, a lane on a socket."""

import asyncio
import secrets
import time
from pathlib import Path

import pytest

from sync_protocol.journal_events import AccessDecided, AccessNotTaken, AccessTaken, GatewayStarted, ReaderChanged
from sync_protocol.state_rows import FlagRow, SiteRow, StateRow, TimeSpan
from tests.in_loop import in_loop
from tests.running_gateway import contract, hash_of_card, member, read_journal, running_gateway

SITE = SiteRow("sit_test", "Test Club", "Europe/Rome", "it")
GOOD, EXPIRED, FROZEN, BLOCKED, WARNED, UNKNOWN = 100, 101, 102, 103, 104, 999


def flag(card: int, effect: str, **texts: str) -> FlagRow:
    assert effect in {"message", "block"}
    return FlagRow(f"flg_{card}", f"mem_{card}", "manual", effect, texts=texts)  # type: ignore[arg-type]


def club() -> list[StateRow]:
    now = int(time.time())
    frozen = contract(FROZEN)
    freeze = TimeSpan(now - 3600, now + 3600)
    frozen = type(frozen)(frozen.contract_id, frozen.starts_at, frozen.ends_at, (freeze,))
    return [
        SITE,
        *member(GOOD, contract(GOOD, visits_left=10), name="Anna"),
        *member(EXPIRED, contract(EXPIRED, from_day=-60, to_day=-1)),
        *member(FROZEN, frozen, locale="it"),
        *member(BLOCKED, locale="ru"),
        flag(BLOCKED, "block", en="See Marco", ru="Зайдите к Марко"),
        *member(WARNED),
        flag(WARNED, "message", en="Your locker key is at the desk"),
    ]


@in_loop
async def test_a_good_member_is_let_in_and_the_rotation_is_the_visit(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, club()) as gateway:
        decision = await gateway.tap(GOOD)
        await gateway.turnstile.until(lambda: gateway.turnstile.relays["in"])
        await gateway.reader.until(lambda: gateway.reader.lines == {1: "Welcome", 2: "Anna"})
        assert (gateway.reader.led, gateway.reader.beep_count) == ("GREEN", 1)
        await gateway.turnstile.until(lambda: not gateway.turnstile.relays["in"])
        gateway.turnstile.rotate("in")
        passage = await gateway.wait_for("passage")
        await gateway.reader.until(lambda: gateway.reader.lines == {1: "Avvicina la", 2: "tessera"})
        await gateway.stop()

    assert (decision["outcome"], decision["reason"], decision["rule"]) == ("allow", "granted", "contract")
    assert passage["is_taken"]
    bodies = await read_journal(gateway.state_dir)
    assert isinstance(bodies[0], GatewayStarted)
    decided, taken = bodies[-2:]
    assert isinstance(decided, AccessDecided)
    assert decided.member_id == f"mem_{GOOD}"
    assert taken == AccessTaken(decided.tap_id, "lan_test", "in", f"mem_{GOOD}", f"ctr_{GOOD}", spends_visit=True)


@in_loop
async def test_a_grant_without_passage_costs_nothing(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, club()) as gateway:
        await gateway.tap(GOOD)
        passage = await gateway.wait_for("passage")
        await gateway.stop()
    assert passage["end"] == "not_taken"
    assert isinstance((await read_journal(gateway.state_dir))[-1], AccessNotTaken)


@pytest.mark.parametrize(
    ("card", "reason", "lines"),
    [
        (UNKNOWN, "credential_not_found", {1: "Tessera ignota", 2: "Vai in reception"}),
        (EXPIRED, "credential_expired", {1: "Membership has", 2: "expired"}),
        (FROZEN, "membership_frozen", {1: "Abbonamento", 2: "congelato"}),
        (BLOCKED, "flagged_by_staff", {1: "Zaydite k Marko", 2: ""}),
    ],
)
@in_loop
async def test_a_refusal_has_its_own_reason_and_text_and_never_moves_the_relay(
    tmp_path: Path, card: int, reason: str, lines: dict[int, str]
) -> None:
    async with running_gateway(tmp_path, club()) as gateway:
        decision = await gateway.tap(card)
        await gateway.reader.until(lambda: gateway.reader.lines == lines)
        assert (gateway.reader.led, gateway.reader.beep_count) == ("RED", 3)
        assert gateway.turnstile.pulses == []
        await gateway.stop()
    assert (decision["outcome"], decision["reason"]) == ("block", reason)
    event = (await read_journal(gateway.state_dir))[-1]
    assert isinstance(event, AccessDecided)
    assert (event.reason, event.credential_hash) == (reason, hash_of_card(card))


@in_loop
async def test_a_message_lets_the_member_through_and_is_shown(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, club()) as gateway:
        decision = await gateway.tap(WARNED)
        await gateway.reader.until(lambda: gateway.reader.lines == {1: "Your locker key", 2: "is at the desk"})
        assert gateway.reader.led == "AMBER"
        await gateway.turnstile.until(lambda: gateway.turnstile.pulses == ["in"])
    assert (decision["outcome"], decision["flag_ids"]) == ("message", [f"flg_{WARNED}"])


@in_loop
async def test_a_second_member_is_told_to_wait_while_the_first_one_has_the_lane(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, club()) as gateway:
        await gateway.tap(GOOD)
        waiting = await gateway.tap(WARNED)
        again = await gateway.tap(GOOD)
        replaced = await gateway.wait_for("passage")
        gateway.turnstile.rotate("in")
        taken = await gateway.wait_for("passage", 2)
    assert waiting["reason"] == "lane_busy"
    assert again["outcome"] == "allow"
    assert (replaced["end"], taken["end"]) == ("replaced", "taken")
    assert taken["tap_id"] == again["tap_id"]


@in_loop
async def test_garbage_on_the_line_loses_no_tap(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, club()) as gateway:
        for _ in range(20):
            gateway.reader.send_garbage(secrets.token_bytes(40))
            await asyncio.sleep(0.01)
        decision = await gateway.tap(GOOD)
    assert decision["outcome"] == "allow"


@in_loop
async def test_a_fire_opens_the_gate_in_hardware_and_is_reported(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, club()) as gateway:
        gateway.turnstile.set_input("fire", is_active=True)
        async with asyncio.timeout(30):
            while gateway.records[-1]["lanes"][0]["state"] != "evacuation":
                gateway.grew.clear()
                await gateway.grew.wait()
        decision = await gateway.tap(GOOD)
    assert decision["reason"] == "lane_not_ready"


@in_loop
async def test_a_reader_that_is_unplugged_is_reported_offline(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, club()) as gateway:
        gateway.reader.unplug()
        async with asyncio.timeout(30):
            while gateway.records[-1]["readers"][0]["is_online"]:
                gateway.grew.clear()
                await gateway.grew.wait()
        await gateway.stop()
    changes = [body for body in await read_journal(gateway.state_dir) if isinstance(body, ReaderChanged)]
    assert [change.state for change in changes] == ["online", "offline"]
