"""An administrator enrols a gateway: the token is shown once, with the command to type."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from provisioning.authority import create_authority
from tests.browser.club import IVO, SECRET, Club, copy_club
from tests.browser.conftest import Console, open_page, sign_in
from tests.browser.server import ServerThread, settings_for


@pytest.fixture(scope="module")
def console(_built: None, _founded: tuple[Club, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console whose service has a certificate authority."""
    folder = tmp_path_factory.mktemp("console")
    club = copy_club(*_founded, folder)
    create_authority(folder / "authority", "Palestra Aurora", "twelve and more letters", datetime.now(UTC))
    with ServerThread(settings_for(folder, SECRET, folder / "authority"), club.database) as server:
        yield Console(server.address, club)
    club.database.close()


def test_a_token_is_shown_once_with_the_command_to_type(page: Page) -> None:
    sign_in(page, IVO)
    open_page(page, "/access")
    page.get_by_role("link", name="Enrol a gateway").click()
    page.get_by_label("Lane", exact=True).select_option("Palestra Aurora: Lane 2 (replaces its gateway)")
    page.get_by_role("button", name="Make a token").click()
    expect(page.get_by_role("heading", name="Token for Lane 2")).to_be_visible()
    command = page.locator("#enrol-command").inner_text()
    assert re.search(r"tornello-gateway enrol --url https://\S+ --token tc1\.[a-z2-7]{26}\.[0-9a-f]{32}$", command)
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator("#enrol-command")).to_have_count(0)  # a dialog is emptied a moment after it is hidden
    assert "tc1." not in page.content()


def test_a_form_without_a_lane_says_so(page: Page) -> None:
    sign_in(page, IVO)
    open_page(page, "/access/enrol")
    page.evaluate("document.querySelector('#lane_id option').value = 'lan_gone'")
    page.get_by_label("Lane", exact=True).select_option(index=0)
    page.get_by_role("button", name="Make a token").click()
    expect(page.get_by_text("Choose a lane.")).to_be_visible()
