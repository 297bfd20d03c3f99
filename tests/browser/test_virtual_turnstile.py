"""The virtual turnstile's page in a browser, its gateway played by the test."""

import asyncio
import json
import threading
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from firmware_protocol.osdp.commands import Command, Led, LedColor, LedPattern, Text
from firmware_protocol.osdp.events import CardRead, ReaderOnline
from firmware_protocol.wiegand import parse_card_bits
from tests.browser.conftest import PATIENCE_MS, open_page
from tests.integration.gateway_stand_in import LaneClient, ReaderWire, StatusServer, decision_record
from tests.integration.turnstile_process import TurnstileProcess

CARDS = [
    {"name": "Giulia Rossi", "card": "77:10001", "note": "Good"},
    {"name": "Noè Conti", "card": "77:10002", "note": "Good"},
    {"name": "Пётр Козлов", "card": "77:10003", "note": "Frozen"},
]


SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


class Gateway:
    """A turnstile process and the gateway stand-in before it, in a loop of their own thread."""

    def __init__(self, folder: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.turnstile = TurnstileProcess(folder)
        self.turnstile.cards.write_text(json.dumps(CARDS))
        self.status = StatusServer(self.turnstile.status_socket)
        try:
            self.run(self._start())
        except BaseException:
            self.run(self.turnstile.kill())
            raise

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    async def _start(self) -> None:
        await self.status.__aenter__()
        await self.turnstile.__aenter__()
        self.wire = ReaderWire(self.turnstile.port, scbk=self.turnstile.scbk)
        await self.wire.next(ReaderOnline)
        self.lane = await LaneClient.connect(self.turnstile.socket)
        await self.turnstile.look(wait_for="status_connected")

    async def _stop(self) -> None:
        self.wire.close()
        self.lane.close()
        await self.status.__aexit__()
        assert await self.turnstile.stop() == 0
        await self.turnstile.__aexit__(None, None, None)

    def close(self) -> None:
        self.run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def read_card(self) -> str:
        card = self.run(self.wire.next(CardRead))
        return parse_card_bits(card.data, card.bit_count)

    def show(self, *commands: Command) -> None:
        async def send() -> None:
            for command in commands:
                self.wire.send(command)

        self.run(send())

    def decide(self, **changes: Any) -> None:
        async def publish() -> None:
            self.status.publish(decision_record(**changes))

        self.run(publish())

    def pulse(self, direction: str) -> None:
        async def close_and_open() -> None:
            self.lane.switch_relay(direction, is_closed=True)
            self.lane.switch_relay(direction, is_closed=False)

        self.run(close_and_open())


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    gateway = Gateway(tmp_path)
    yield gateway
    gateway.close()


@pytest.fixture
def turnstile_page(browser: Browser, gateway: Gateway) -> Iterator[Page]:
    """The page in English and light, connected; an uncaught error or a breach of its policy fails the test."""
    context = browser.new_context(
        base_url=gateway.turnstile.address, locale="en-GB", viewport={"width": 1280, "height": 860}
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if "Security Policy" in message.text else None)
    open_page(page, "/")
    expect(page.locator("#live")).to_have_text("Live")
    yield page
    context.close()
    assert not errors, errors


def lane_of(page: Page) -> Locator:
    return page.locator("[data-lane=lane-1]")


def test_a_tap_is_read_and_its_answer_is_seen(turnstile_page: Page, gateway: Gateway) -> None:
    turnstile_page.get_by_role("button", name="Пётр Козлов").click()
    assert gateway.read_card() == "wiegand26:77:10003"
    gateway.show(
        Led(temporary=LedPattern(LedColor.RED), timer_ms=20_000),
        Text("Абонемент       ".encode(), row=1),
        Text("заморожен       ".encode(), row=2),
    )
    gateway.decide()
    lane = lane_of(turnstile_page)
    decision = lane.get_by_role("region", name="Decision of the gateway")
    expect(decision).to_contain_text("Blocked membership frozen")
    expect(decision).to_contain_text("freeze of the contract")
    expect(decision).to_contain_text("41")
    expect(lane.get_by_role("img", name="Абонемент / заморожен")).to_be_visible()
    expect(lane.locator("[data-part=light]")).to_have_attribute("data-color", "red")
    expect(lane.locator("[data-part=light-words]")).to_contain_text("red, ")


def test_a_card_number_can_be_typed_and_a_wrong_one_is_explained(turnstile_page: Page, gateway: Gateway) -> None:
    field = turnstile_page.get_by_label("Any card number")
    field.fill("10001")
    field.press("Enter")
    expect(turnstile_page.get_by_role("alert")).to_have_text(
        "A card number has the form facility:number, like 77:10001."
    )
    field.fill("12:345")
    field.press("Enter")
    assert gateway.read_card() == "wiegand26:12:345"
    expect(turnstile_page.get_by_role("alert")).to_have_text("")


def test_members_are_found_by_keyboard_whatever_their_accents(turnstile_page: Page, gateway: Gateway) -> None:
    turnstile_page.keyboard.press("/")
    turnstile_page.keyboard.type("noe")
    expect(turnstile_page.get_by_text("Members shown: 1")).to_be_visible()
    turnstile_page.keyboard.press("Enter")
    turnstile_page.keyboard.press("Enter")
    assert gateway.read_card() == "wiegand26:77:10002"
    turnstile_page.get_by_label("Find a member").fill("петр")
    expect(turnstile_page.get_by_role("button", name="Пётр Козлов")).to_be_visible()
    expect(turnstile_page.get_by_role("button", name="Noè Conti")).to_be_hidden()


def test_the_arm_turns_only_when_the_relay_freed_it(turnstile_page: Page, gateway: Gateway) -> None:
    lane = lane_of(turnstile_page)
    lane.get_by_label("Walk through by itself").uncheck()
    lane.get_by_role("button", name="Walk in").click()
    expect(turnstile_page.locator("#announcer")).to_have_text("Lane 1: The arm holds: locked")
    gateway.pulse("in")
    expect(lane.locator("[data-part=arm-state]")).to_have_text("Free: in")
    lane.get_by_role("button", name="Walk in").click()
    expect(lane.locator("[data-part=arms]")).to_have_attribute("style", "rotate: 120deg;")
    expect(lane.locator("[data-part=arm-state]")).to_have_text("Locked")


def test_faults_are_switched_and_shown(turnstile_page: Page) -> None:
    lane = lane_of(turnstile_page)
    lane.get_by_label("Reader unplugged").check()
    expect(lane.locator("[data-part=reader-state]")).to_have_text("Unplugged")
    turnstile_page.get_by_role("button", name="Giulia Rossi").click()
    expect(turnstile_page.get_by_role("alert")).to_have_text("The reader is unplugged.")
    lane.get_by_label("Reader unplugged").uncheck()
    expect(lane.locator("[data-part=reader-state]")).to_have_text("Online, encrypted")
    lane.get_by_label("Fire alarm").check()
    expect(lane.locator("[data-part=arm-state]")).to_have_text("Dropped: fire alarm")
    expect(lane.locator("[data-lamp=fire]")).to_contain_text("on")


TITLES = {"en": "Virtual turnstile", "it": "Tornello virtuale", "ru": "Виртуальный турникет"}


def test_axe_finds_nothing_in_any_language_scheme_and_outcome(
    turnstile_page: Page, gateway: Gateway, axe: Callable[[Page], list[str]]
) -> None:
    decision = lane_of(turnstile_page).locator("[data-part=decision]")
    for language, title in TITLES.items():
        open_page(turnstile_page, f"/?lang={language}")
        expect(turnstile_page.get_by_role("heading", level=1)).to_have_text(title)
        for outcome in ("allow", "message", "block"):
            gateway.decide(outcome=outcome, tap_id=f"{language} {outcome}", flag_ids=["flg_1"])
            expect(decision).to_have_attribute("data-outcome", outcome)
            for scheme in SCHEMES:
                turnstile_page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                assert axe(turnstile_page) == [], (language, outcome, scheme)
