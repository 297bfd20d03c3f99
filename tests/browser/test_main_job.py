"""The main job with nothing played: demo site, console in one tab, virtual turnstile in another.

Somebody of the staff blocks a member, both gates prove it, and the very next tap is refused on the display.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from provisioning.demo.layout import Layout, free_ports
from provisioning.demo.site import DemoSite
from tests.browser.conftest import PATIENCE_MS, open_page
from tests.browser.test_tasks import make_blocking_type

MEMBER = "Grace Taylor"
OTHER = "Emma Smith"


@pytest.fixture(scope="module")
def site(_built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoSite]:
    folder: Path = tmp_path_factory.mktemp("demo")
    site = DemoSite(Layout(folder, free_ports()), lambda _: None)
    with site.running():
        yield site


@pytest.fixture
def tabs(browser: Browser, site: DemoSite) -> Iterator[tuple[Page, Page]]:
    """The console with somebody signed in, and the turnstile's page."""
    context = browser.new_context(
        base_url=site.layout.console_url, locale="en-GB", viewport={"width": 1280, "height": 860}
    )
    context.set_default_timeout(PATIENCE_MS)
    console, turnstile = context.new_page(), context.new_page()
    email, password = site.layout.read_sign_in()
    open_page(console, f"{site.layout.console_url}/sign-in")
    console.get_by_label("E-mail address").fill(email)
    console.get_by_label("Password").fill(password)
    console.get_by_role("button", name="Sign in").click()
    console.wait_for_url(lambda url: "/sign-in" not in url, wait_until="domcontentloaded")
    open_page(turnstile, site.layout.turnstile_url)
    yield console, turnstile
    context.close()


def tap(turnstile: Page, name: str) -> None:
    turnstile.get_by_label("Find a member").fill(name)
    turnstile.get_by_role("button", name=name).click()


def test_staff_block_a_member_and_the_next_tap_is_refused(
    site: DemoSite,
    tabs: tuple[Page, Page],
    take_picture: Callable[[Page, str], None],
    axe: Callable[[Page], list[str]],
) -> None:
    console, turnstile = tabs
    lane = turnstile.get_by_role("region", name="Lane 1")

    turnstile.bring_to_front()
    tap(turnstile, MEMBER)
    expect(lane.get_by_text("Allowed")).to_be_visible()
    expect(lane.get_by_text("walked through")).to_be_visible()

    console.bring_to_front()
    expect(console.get_by_role("link", name=MEMBER)).to_be_visible()
    console.get_by_role("link", name=MEMBER).click()
    console.get_by_role("link", name="Block at the turnstile").click()
    console.get_by_role("dialog").get_by_label("English").fill("See Anna first")
    console.get_by_role("dialog").get_by_role("button", name="Send to the gates").click()
    expect(console.get_by_text("In force at 2 of 2 gates")).to_be_visible()
    expect(console.get_by_text(re.compile(r"In force at Lane 1 since \d\d:\d\d:\d\d"))).to_be_visible()

    turnstile.bring_to_front()
    tap(turnstile, MEMBER)
    expect(lane.get_by_text("Blocked")).to_be_visible()
    expect(lane.get_by_text("flagged_by_staff").first).to_be_attached()
    assert " ".join(site.turnstile_api.get("/lanes/lane-1")["decision"]["display"]) == "See Anna first"
    take_picture(turnstile, "virtual-turnstile")
    assert not axe(turnstile)

    console.bring_to_front()
    expect(console.get_by_text("Blocked at the turnstile: See Anna first")).to_be_visible()
    assert not axe(console)
    open_page(console, site.layout.console_url)
    expect(console.get_by_text("See Anna first")).to_be_visible()


def test_a_manager_makes_a_type_that_blocks_and_the_turnstile_obeys_until_the_task_is_closed(
    tabs: tuple[Page, Page],
) -> None:
    """Features 115, 122, 124, 138, 139, 162: from the settings to the display of a real gateway, and back."""
    console, turnstile = tabs
    lane = turnstile.get_by_role("region", name="Lane 1")
    turnstile.bring_to_front()
    tap(turnstile, OTHER)
    expect(lane.get_by_text("Allowed")).to_be_visible()

    console.bring_to_front()
    make_blocking_type(console)
    open_page(console, "/members?q=Smith+Emma")
    console.get_by_role("link", name=OTHER).first.click()
    console.get_by_role("link", name="New task").click()
    dialog = console.get_by_role("dialog")
    dialog.get_by_label("Type").select_option(label="Talk to them")
    dialog.get_by_role("button", name="Begin the task").click()
    expect(console.get_by_text("In force at 2 of 2 gates")).to_be_visible()

    turnstile.bring_to_front()
    tap(turnstile, OTHER)
    expect(lane.get_by_text("Blocked")).to_be_visible()
    expect(lane.get_by_text("flagged_by_staff").first).to_be_attached()

    console.bring_to_front()
    past = console.get_by_role("region", name="Time line")
    expect(past.get_by_text("Refused at Lane 1: Blocked by staff")).to_be_visible()
    console.get_by_role("link", name="Open the task").click()
    console.get_by_role("link", name="Close the task").click()
    dialog.get_by_label("What came of it").fill("Said in person")
    dialog.get_by_role("button", name="Close the task").click()
    expect(console.get_by_text("What is the next step with this member?")).to_be_visible()
    open_page(console, "/members?q=Smith+Emma")
    console.get_by_role("link", name=OTHER).first.click()
    expect(console.get_by_text("Lifted at Lane 1 since")).to_be_visible()

    turnstile.bring_to_front()
    tap(turnstile, OTHER)
    expect(lane.get_by_text("Allowed")).to_be_visible()
