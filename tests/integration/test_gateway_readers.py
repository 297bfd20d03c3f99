"""A whole gateway with more than cards: codes of a scanner, a keypad, inputs, tamper, signals of its own."""

import asyncio
import os
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Any

from firmware_protocol.osdp.peripheral_device import PeripheralSettings
from firmware_protocol.wiegand import BitField, CardNumber, WiegandFormat, encode_wiegand
from sync_protocol.credential_hash import hash_credential
from sync_protocol.journal_events import ReaderChanged
from sync_protocol.state_rows import CredentialRow, EntitlementRow, SiteRow, StateRow
from tests.in_loop import in_loop
from tests.running_gateway import SCBK, SITE_KEY, RunningGateway, contract, member, read_journal, running_gateway

SITE = SiteRow("sit_test", "Test Club", "Europe/Rome", "en")
SCANNER = '[[scanner]]\nname = "desk"\nlane = "Lane 1"\ndirection = "in"\nport = "{port}"\n'
CLUB_40 = WiegandFormat("club40", 40, BitField(8, 32), BitField(0, 8))


async def state_with(gateway: RunningGateway, condition: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """The first state that says this of the first reader."""
    async with asyncio.timeout(30):
        while not (
            found := [each for each in gateway.records if each["type"] == "state" and condition(each["readers"][0])]
        ):
            gateway.grew.clear()
            await gateway.grew.wait()
    return found[0]


@in_loop
async def test_a_ticket_at_the_scanner_opens_the_lane_like_a_card(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    ticket = hash_credential(SITE_KEY, "code:TICKET-7")
    rows: list[StateRow] = [SITE, CredentialRow(ticket, "mem_t"), EntitlementRow("mem_t", "Tina", "en", (contract(7),))]
    try:
        async with running_gateway(tmp_path, rows, more_config=SCANNER.format(port=os.ttyname(theirs))) as gateway:
            async with asyncio.timeout(30):
                while not gateway.records[-1]["readers"][1]["is_online"]:
                    gateway.grew.clear()
                    await gateway.grew.wait()
            os.write(ours, b"TICKET-7\r")
            decision = await gateway.wait_for("decision")
            await gateway.turnstile.until(lambda: gateway.turnstile.pulses == ["in"])
    finally:
        os.close(ours)
        os.close(theirs)
    assert (decision["outcome"], decision["reader"], decision["display"]) == ("allow", "desk", [])


@in_loop
async def test_a_format_of_the_club_and_signals_of_its_own(tmp_path: Path) -> None:
    hashed = hash_credential(SITE_KEY, "club40:7:123456789")
    rows: list[StateRow] = [
        SITE,
        CredentialRow(hashed, "mem_c"),
        EntitlementRow("mem_c", "Carla", "en", (contract(8),)),
    ]
    told = 'card_formats = ["wiegand26", "club40"]\n[[card_format]]\nname = "club40"\nbits = 40\nfacility = "0-7"\n'
    told += 'card = "8-39"\n[feedback.allow]\ncolour = "blue"\nbeeps = 4\n'
    async with running_gateway(tmp_path, rows, more_config=told) as gateway:
        bits = encode_wiegand(CardNumber(7, 123_456_789), CLUB_40)
        gateway.reader.act(lambda device, now: device.present_card(bits, 40, now=now))
        decision = await gateway.wait_for("decision")
        await gateway.reader.until(lambda: (gateway.reader.led, gateway.reader.beep_count) == ("BLUE", 4))
    assert decision["outcome"] == "allow"


@in_loop
async def test_what_a_reader_reports_is_in_the_status_and_in_the_journal(tmp_path: Path) -> None:
    settings = PeripheralSettings(scbk=SCBK, input_count=2, output_count=1, text_lines=1)
    async with running_gateway(tmp_path, [SITE, *member(100)], settings=settings) as gateway:
        await state_with(gateway, lambda reader: reader["outputs"])
        gateway.reader.act(lambda device, _: device.set_tamper(True))
        await state_with(gateway, lambda reader: reader["is_tampered"])
        gateway.reader.act(lambda device, _: device.set_power_failing(True))
        await state_with(gateway, lambda reader: reader["is_power_failing"])
        gateway.reader.act(lambda device, _: device.set_input(1, True))
        state = await state_with(gateway, lambda reader: any(reader["inputs"]))
        await gateway.stop()
    (reader,) = state["readers"]
    assert (reader["inputs"], reader["outputs"]) == ([False, True], [False])
    assert reader["shows"] == {"light": "tricolour", "has_buzzer": True, "text_lines": 1, "text_columns": 16}
    counters = state["reader_counters"]["entry"]
    assert counters["polls"] > 5
    assert counters["latency_p50_ms"] > 0
    assert counters["security_failures"] == 0
    changes = [body for body in await read_journal(gateway.state_dir) if isinstance(body, ReaderChanged)]
    assert {(each.state, each.detail) for each in changes} == {
        ("online", ""),
        ("tampered", ""),
        ("power_failing", ""),
        ("inputs", "2 on"),
    }


@in_loop
async def test_a_pin_is_nowhere_to_be_read(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, [SITE, *member(100)]) as gateway:
        gateway.reader.act(lambda device, now: device.press_keys("987654#", now=now))
        decision = await gateway.tap(100)
        await gateway.stop()
    assert decision["outcome"] == "allow"
    for path in gateway.state_dir.rglob("*"):
        assert not path.is_file() or b"987654" not in path.read_bytes()
    assert "987654" not in str(gateway.records)
