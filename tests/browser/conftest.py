"""Fixtures of the browser tests: the real application, a small club in it, Debian's Chromium without a window, and axe.

`TORNELLO_SCREENSHOTS=FOLDER` lets the tests write the pictures that the documentation shows.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.club import ANNA, PASSWORD, SECRET, Club, copy_club, found_club
from tests.browser.server import ServerThread, settings_for

ROOT = Path(__file__).parents[2]
PATIENCE_MS = 30_000
CHROMIUM_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True, slots=True)
class Console:
    """The application at work, and the club in it."""

    address: str
    club: Club


@pytest.fixture(scope="session")
def _built() -> None:
    """What the pages load in the browser, and their texts; quick when it is there."""
    subprocess.run(
        [sys.executable, "build_hooks.py", "assets", "test-assets", "catalogues"],
        cwd=ROOT,
        check=True,
        stdout=sys.stderr,
    )


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for the browser tests; gone with its event loop before the tests of the next folder."""
    path = next((found for name in CHROMIUM_NAMES if (found := shutil.which(name))), None)
    assert path is not None, "Chromium is not installed: run `scripts/setup test`"
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def _founded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Club, Path]:
    """A club to copy, and where it is."""
    folder = tmp_path_factory.mktemp("club")
    club = found_club(folder)
    club.database.close()
    return club, folder


@pytest.fixture(scope="module")
def console(_built: None, _founded: tuple[Club, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console of a fresh club; the tests of one module share it."""
    folder = tmp_path_factory.mktemp("console")
    club = copy_club(*_founded, folder)
    with ServerThread(settings_for(folder, SECRET), club.database) as server:
        yield Console(server.address, club)
    club.database.close()


@pytest.fixture
def context(browser: Browser, console: Console) -> Iterator[BrowserContext]:
    """A browser of its own for one test: English, light, nobody signed in."""
    context = browser.new_context(base_url=console.address, locale="en-GB", viewport={"width": 1280, "height": 860})
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab in which nothing may go wrong unseen: an uncaught error of a script fails the test."""
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console", lambda message: errors.append(message.text) if "Content Security Policy" in message.text else None
    )
    yield page
    assert not errors, errors


@pytest.fixture
def anna(page: Page) -> Page:
    """A tab where the manager Anna is signed in, at the front desk."""
    sign_in(page, ANNA)
    return page


@pytest.fixture(scope="session")
def axe(_built: None) -> Callable[..., list[str]]:
    """Says what axe finds wrong on a page, one line each; by one of its rules `only`, if that is named."""
    source = next((ROOT / "build" / "browser-tests").glob("axe-*.js")).read_text("utf-8")

    def examine(page: Page, only: str = "") -> list[str]:
        if not page.evaluate("'axe' in window"):
            page.evaluate(source)
        options = {"resultTypes": ["violations"], **({"runOnly": [only]} if only else {})}
        report: dict[str, Any] = page.evaluate("options => axe.run(options)", options)
        return [
            f"{found['id']}: {found['help']}: {node['target']} {node['failureSummary']}"
            for found in report["violations"]
            for node in found["nodes"]
        ]

    return examine


@pytest.fixture(scope="session")
def take_picture() -> Callable[[Page, str], None]:
    """Writes a picture for the documentation, if the environment asks for them."""
    folder = os.environ.get("TORNELLO_SCREENSHOTS")

    def take(page: Page, name: str) -> None:
        if folder:
            page.wait_for_timeout(2600)  # for the colours of a new row to fade
            page.screenshot(path=f"{folder}/{name}.png")

    return take


def open_page(page: Page, address: str) -> None:
    """Go to a page; it is there when its document is (the event stream never becomes idle). A page that fails fails."""
    answer = page.goto(address, wait_until="domcontentloaded")
    assert answer is None or answer.status < 500, address


def sign_in(page: Page, email: str) -> None:
    """Sign in through the form."""
    open_page(page, "/sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in" not in url, wait_until="domcontentloaded")
