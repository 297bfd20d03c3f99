"""The board of 1,000 cards in Chromium: until it can be used, and until a move is seen in a second browser.

`usable` is from the request of the page until its last card is there, its script has run and a key has moved the focus
from one card to the next; the page is opened anew each time. `seen` is from the press of the key in one browser until
the card stands in the other column in another. The service is a process of its own; the cards are those of one operator
in the large club, whose tasks are new.
"""

import argparse
import secrets
import shutil
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from playwright.sync_api import Browser, Page, sync_playwright

from cloud import bus
from cloud.action_types import service as action_types
from cloud.action_types.service import ActionTypeDetails
from cloud.database import Database
from cloud.staff.service import StaffDetails, create_staff
from cloud.tasks import service as tasks
from cloud.tasks.service import TaskDetails
from tests.benchmarks.large_club import PASSWORD, add_club_arguments, open_club, read_large_club
from tests.benchmarks.report import Report, percentile
from tests.browser.conftest import CHROMIUM_NAMES, CHROMIUM_OPTIONS
from tests.running_cloud import running_cloud

USABLE_TARGET_MS: Final = 1000.0
SEEN_TARGET_MS: Final = 200.0
_IS_USABLE: Final = """(count) => document.querySelectorAll("[data-card]").length === count
    && document.querySelector("[data-live-lamp]").dataset.state === "open" """
_FIRST: Final = 'document.querySelector("[data-column=tomorrow] [data-card]")'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_club_arguments(parser)
    parser.add_argument("--cards", type=int, default=1000, help="open tasks, one a member (1000)")
    parser.add_argument("--rounds", type=int, default=10, help="openings and moves to measure (10)")


def run(arguments: argparse.Namespace) -> Report:
    with open_club(arguments) as place:
        desk = _open_desk(place.url, arguments.cards)
        with (
            running_cloud(place.folder, {"DATABASE_URL": place.url}, "--no-worker") as cloud,
            sync_playwright() as driver,
        ):
            path = next(found for name in CHROMIUM_NAMES if (found := shutil.which(name)))
            browser = driver.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
            pages = [_sign_in(browser, desk, f"http://127.0.0.1:{cloud.port('http')}") for _ in range(2)]
            usable = [_open(pages[0], desk, arguments.cards) for _ in range(arguments.rounds + 1)][1:]
            _open(pages[1], desk, arguments.cards)
            seen = [_move(*pages) for _ in range(arguments.rounds)]
            browser.close()
    figures = {
        "usable_p50_ms": percentile(usable, 0.5),
        "usable_max_ms": max(usable),
        "seen_p50_ms": percentile(seen, 0.5),
        "seen_max_ms": max(seen),
        "cards": float(arguments.cards),
    }
    return Report("board", figures, {"usable_max_ms": USABLE_TARGET_MS, "seen_max_ms": SEEN_TARGET_MS})


@dataclass(frozen=True)
class _Desk:
    """The operator of all these cards."""

    operator_id: str
    email: str


def _open_desk(url: str, count: int) -> _Desk:
    """A new operator with so many tasks, each about somebody else."""
    database = Database(url, dispatch=bus.dispatch)
    large = read_large_club(database)
    name = f"Benchmark {secrets.token_hex(4)}"
    with database.transaction() as session:
        details = StaffDetails(email=f"{name.replace(' ', '-').lower()}@club.example", name=name, role="administrator")
        operator_id = create_staff(session, large.club.actor, details, password=PASSWORD).id
        kind_id = action_types.create(session, large.club.actor, ActionTypeDetails(name=name, texts={})).id
        for number, member_id in enumerate(large.member_ids[:count]):
            at = session.now + timedelta(hours=6 * (number % 40) - 24)
            wanted = TaskDetails(
                action_type_id=kind_id,
                text=f"Ask whether they go on, and offer the year, number {number}",
                operator_id=operator_id,
                next_step="call",
                next_step_at=at if number % 6 else None,
            )
            tasks.create(session, large.club.actor, member_id, wanted)
    database.close()
    return _Desk(operator_id, details.email)


def _sign_in(browser: Browser, desk: _Desk, address: str) -> Page:
    page = browser.new_context(base_url=address, viewport={"width": 1600, "height": 900}).new_page()
    page.goto("/sign-in", wait_until="domcontentloaded")
    page.get_by_label("E-mail address").fill(desk.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in" not in url, wait_until="domcontentloaded")
    return page


def _open(page: Page, desk: _Desk, count: int) -> float:
    started = time.perf_counter()
    page.goto(f"/board?operator={desk.operator_id}", wait_until="domcontentloaded")
    page.wait_for_function(_IS_USABLE, arg=count)
    page.evaluate(f"{_FIRST}.focus()")
    page.keyboard.press("ArrowDown")
    page.wait_for_function(f"document.activeElement === {_FIRST}.nextElementSibling")
    return (time.perf_counter() - started) * 1000


def _move(here: Page, there: Page) -> float:
    task_id = here.evaluate(f"{_FIRST}.dataset.card")
    there.evaluate(
        """(id) => { window.seen = new Promise((tell) => new MutationObserver(() => {
          if (document.getElementById(`card-${id}`)?.dataset.in === "later") tell(Date.now());
        }).observe(document.body, { childList: true, subtree: true })) }""",
        task_id,
    )
    here.evaluate(f"{_FIRST}.focus()")
    started_ms: float = here.evaluate("Date.now()")
    here.keyboard.press("6")
    seen_ms: float = there.evaluate("window.seen")
    return seen_ms - started_ms
