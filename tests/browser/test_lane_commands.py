"""Commands to a lane, by hand: ordered from its page, answered while somebody looks, in each language."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from cloud.gate_commands import service as gate_commands
from cloud.sites import service as sites
from cloud.sites.service import GatewayReport
from sync_protocol.gate_commands import ChangeMode, CommandOutcome
from sync_protocol.messages import Command, CommandResult
from tests.browser.conftest import Console, open_page
from tests.club import gateway_of


class Gate:
    """The gateway of lane 1, which takes commands."""

    def __init__(self, console: Console) -> None:
        self._database = console.club.database
        self._gateway_id = console.club.lane_1.gateway_id
        with self._database.transaction() as session:
            gateway = gateway_of(session, self._gateway_id)
            sites.record_report(session, gateway, GatewayReport("boot", "synced", (0, 0), "1.0", run_id="run-a"))
            self.lane_id = gateway.lane_id

    def take(self) -> Command:
        with self._database.transaction() as session:
            (outgoing,) = gate_commands.take_due(session)
            return outgoing.command

    def answer(self, command: Command, outcome: CommandOutcome = "done", detail: str = "") -> None:
        with self._database.transaction() as session:
            now_ms = int(session.now.timestamp() * 1000)
            result = CommandResult(command.command_id, outcome, now_ms, "synced", detail)
            gate_commands.take_result(session, gateway_of(session, self._gateway_id), result)


@pytest.fixture
def gate(console: Console) -> Gate:
    return Gate(console)


def test_a_lane_is_opened_once_and_the_answer_appears_by_itself(anna: Page, gate: Gate) -> None:
    open_page(anna, "/access")
    anna.locator(f"#lane-{gate.lane_id}").get_by_role("link", name="Commands Lane 1").click()
    expect(anna.get_by_text("Nobody has ordered anything here yet.")).to_be_visible()
    anna.get_by_role("button", name="Open once, in").click()
    row = anna.locator("tbody tr").first
    expect(row).to_contain_text("Anna Bianchi")
    command = gate.take()
    expect(row).to_contain_text("Sent, no answer yet")
    gate.answer(command, "refused", "lane_lockdown")
    expect(row).to_contain_text("Refused by the gateway")
    expect(row).to_contain_text("The lane is in lockdown.")


def test_a_lane_is_told_to_be_locked_for_some_minutes(anna: Page, gate: Gate, axe: Callable[[Page], list[str]]) -> None:
    open_page(anna, f"/access/lanes/{gate.lane_id}/commands")
    assert axe(anna) == []
    anna.get_by_role("link", name="Change what the lane is").click()
    dialog = anna.get_by_role("dialog")
    dialog.get_by_label("Locked").check()
    dialog.get_by_label("For how many minutes").fill("soon")
    dialog.get_by_role("button", name="Change what the lane is").click()
    expect(dialog.get_by_text("Give a whole number of minutes")).to_be_visible()
    assert axe(anna) == []
    dialog.get_by_label("For how many minutes").fill("30")
    dialog.get_by_role("button", name="Change what the lane is").click()
    row = anna.locator("tbody tr").first
    expect(row).to_contain_text("Locked")
    command = gate.take()
    assert isinstance(command.action, ChangeMode)
    assert command.action.mode == "locked"
    gate.answer(command)
    expect(row).to_contain_text("Done")
    assert axe(anna) == []


def test_the_page_speaks_the_language_of_who_looks(anna: Page, gate: Gate, axe: Callable[[Page], list[str]]) -> None:
    open_page(anna, f"/access/lanes/{gate.lane_id}/commands")
    rows = anna.locator("tbody tr:not(:has(td[colspan]))")
    ordered_before = rows.count()
    anna.get_by_role("button", name="Open once, out").click()
    expect(rows).to_have_count(ordered_before + 1)
    gate.answer(gate.take())
    for language, button, done in (
        ("Italiano", "Apri una volta, uscita", "Fatto"),
        ("Русский", "Открыть один раз на выход", "Готово"),
    ):
        anna.locator("header details.menu summary").click()
        anna.get_by_role("button", name=language).click()
        expect(anna.get_by_role("button", name=button)).to_be_visible()
        expect(anna.locator("tbody tr").first).to_contain_text(done)
        assert axe(anna) == []
