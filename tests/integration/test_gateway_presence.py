"""Who is inside, over a whole gateway: readers on ptys, a turnstile on a socket, real stores, restarts."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway.cli import main
from sync_protocol.credential_hash import hash_pin
from sync_protocol.journal_events import AccessDecided
from sync_protocol.state_rows import CredentialRow, LaneRow, SiteRow, StateRow, ZoneRow
from tests.in_loop import in_loop
from tests.reader_on_pty import ReaderOnPty
from tests.running_gateway import (
    LANE_ID,
    SETTINGS,
    SITE_KEY,
    RunningGateway,
    hash_of_card,
    member,
    read_journal,
    running_gateway,
)

ANNA, BORIS, CLARA = 100, 200, 300
SITE = SiteRow("sit_test", "Test Club", "Europe/Rome", "en")
_EXIT = """
[[bus]]
port = "{port}"
baud = 115200

[[bus.reader]]
name = "exit"
address = 0
lane = "Lane 1"
direction = "out"
scbk_file = "entry.key"
"""


def club(zone: ZoneRow) -> list[StateRow]:
    people = [
        row for card, name in ((ANNA, "Anna"), (BORIS, "Boris"), (CLARA, "Clara")) for row in member(card, name=name)
    ]
    return [SITE, zone, LaneRow(LANE_ID, zone.zone_id), *people]


@dataclass(frozen=True)
class Gate:
    """A lane with a reader on each side."""

    gateway: RunningGateway
    exit_reader: ReaderOnPty

    async def tap(self, card: int, direction: str = "in") -> dict[str, Any]:
        if direction == "in":
            return await self.gateway.tap(card)
        count = sum(record["type"] == "decision" for record in self.gateway.records)
        self.exit_reader.present(card)
        return await self.gateway.wait_for("decision", count + 1)

    def type(self, keys: str) -> None:
        self.gateway.reader.act(lambda device, now: device.press_keys(keys, now=now))

    async def pass_through(self, card: int, direction: str = "in") -> None:
        """Tap and walk."""
        ended = sum(record["type"] == "passage" for record in self.gateway.records)
        assert (await self.tap(card, direction))["outcome"] == "allow"
        self.gateway.turnstile.rotate(direction)
        assert (await self.gateway.wait_for("passage", ended + 1))["is_taken"]


@contextlib.asynccontextmanager
async def gate(folder: Path, rows: Sequence[StateRow] = ()) -> AsyncIterator[Gate]:
    async with (
        ReaderOnPty(settings=SETTINGS) as exit_reader,
        running_gateway(folder, rows, more_config=_EXIT.format(port=exit_reader.port)) as gateway,
    ):
        await exit_reader.until(lambda: exit_reader.lines.get(1, "") != "")
        yield Gate(gateway, exit_reader)


@in_loop
async def test_nobody_comes_in_twice_without_leaving_also_over_a_restart(tmp_path: Path) -> None:
    async with gate(tmp_path, club(ZoneRow("zon_gym", "Gym", "hard"))) as door:
        await door.pass_through(ANNA)
        assert (await door.tap(ANNA))["reason"] == "antipassback_violation"
    async with gate(tmp_path) as door:
        refused = await door.tap(ANNA)
        assert (refused["reason"], refused["signals"]) == ("antipassback_violation", ["passback"])
        await door.pass_through(ANNA, "out")
        await door.pass_through(ANNA)


@in_loop
async def test_a_grant_that_nobody_walks_through_moves_nobody(tmp_path: Path) -> None:
    async with gate(tmp_path, club(ZoneRow("zon_gym", "Gym", "hard"))) as door:
        await door.tap(ANNA)
        assert (await door.gateway.wait_for("passage"))["end"] == "not_taken"
        assert (await door.tap(ANNA))["outcome"] == "allow"


@in_loop
async def test_a_full_zone_is_full_after_a_restart_until_somebody_leaves(tmp_path: Path) -> None:
    async with gate(tmp_path, club(ZoneRow("zon_gym", "Gym", occupancy_limit=2))) as door:
        await door.pass_through(ANNA)
        await door.pass_through(BORIS)
    async with gate(tmp_path) as door:
        assert (await door.tap(CLARA))["reason"] == "zone_full"
        await door.pass_through(ANNA, "out")
        await door.pass_through(CLARA)


@in_loop
async def test_a_zone_asks_for_the_pin_and_duress_shows_nowhere_but_in_the_journal(tmp_path: Path) -> None:
    card = hash_of_card(ANNA)
    pins = [hash_pin(SITE_KEY, card, pin) for pin in ("1234", "1235")]
    rows = club(ZoneRow("zon_gym", "Gym", needs_pin=True))
    with_pin = [
        replace_pins(row, *pins) if isinstance(row, CredentialRow) and row.credential_hash == card else row
        for row in rows
    ]
    async with gate(tmp_path, with_pin) as door:
        assert (await door.tap(ANNA))["reason"] == "pin_missing"
        for keys, outcome in (("1299#", "invalid_pin"), ("1234#", "granted"), ("1235#", "granted")):
            door.type(keys)
            decision = await door.tap(ANNA)
            assert decision["reason"] == outcome
            assert "duress" not in json.dumps(decision)
        await door.gateway.stop()
    decided = [body for body in await read_journal(door.gateway.state_dir) if isinstance(body, AccessDecided)]
    assert decided[-1].signals == ("duress",)


def replace_pins(row: CredentialRow, pin_hash: str, duress_pin_hash: str) -> CredentialRow:
    return CredentialRow(row.credential_hash, row.member_id, row.status, pin_hash, duress_pin_hash)


@in_loop
async def test_the_roll_is_called_beside_a_running_gateway_and_after_it_has_ended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def muster(*arguments: str) -> int:
        return main(["muster", *arguments, "--config", str(tmp_path / "gateway.toml")])

    async with gate(tmp_path, club(ZoneRow("zon_gym", "Gym", occupancy_limit=9))) as door:
        await door.pass_through(BORIS)
        await door.pass_through(ANNA)
        assert await asyncio.to_thread(muster, "--json") == 0
        (line,) = capsys.readouterr().out.splitlines()
        zone = json.loads(line)
        assert (zone["name"], zone["occupancy"], zone["occupancy_limit"], zone["unnamed"]) == ("Gym", 2, 9, 0)
        assert [person["display_name"] for person in zone["people"]] == ["Anna", "Boris"]
        assert await asyncio.to_thread(muster, "--zone", "Moon") == 2
        await door.gateway.stop()
    assert await asyncio.to_thread(muster, "--zone", "zon_gym") == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "Gym: 2 of 9 inside"
    assert told[1].startswith("  Anna, since ")
