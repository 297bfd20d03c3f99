"""The board: seen by two at once, moved by drag and by keys, moving by itself, opened, added to; and the agenda."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from cloud.action_types import service as action_types
from cloud.action_types.service import ActionTypeDetails
from cloud.audit.service import Actor
from cloud.staff.models import Staff
from cloud.tasks import enquiry_statuses
from cloud.tasks import service as tasks
from cloud.tasks.enquiry_statuses import StatusDetails
from cloud.tasks.service import TaskDetails
from tests.browser.club import ANNA, TIME_ZONE
from tests.browser.conftest import Console, open_page

ROME = ZoneInfo(TIME_ZONE)


@pytest.fixture(scope="module")
def kind_id(console: Console) -> str:
    """A type of tasks that does nothing at the gate, and a status."""
    with console.club.database.transaction() as session:
        actor = Actor("system", "browser-tests")
        enquiry_statuses.create(session, actor, StatusDetails(name="Offer sent"))
        return action_types.create(session, actor, ActionTypeDetails(name="Call them", texts={})).id


@pytest.fixture
def begin(console: Console, kind_id: str) -> Callable[..., str]:
    """Begins a task about a member."""

    def make(name: str, text: str, **details: object) -> str:
        with console.club.database.transaction() as session:
            anna = session.query(Staff).filter_by(email=ANNA).one()
            wanted = TaskDetails(action_type_id=kind_id, text=text, **details)  # type: ignore[arg-type]
            return tasks.create(session, Actor("staff", anna.id), console.club.members[name], wanted).id

    return make


def column(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name)


def card(page: Page, where: str, text: str) -> Locator:
    return column(page, where).get_by_role("listitem").filter(has_text=text)


def tomorrow_at(hour: int) -> datetime:
    return (datetime.now(ROME) + timedelta(days=1)).replace(hour=hour, minute=30, second=0, microsecond=0)


def is_live(page: Page) -> None:
    expect(page.get_by_text("Live", exact=True)).to_be_visible()


def test_a_drag_sets_the_day_and_is_seen_in_a_second_browser(
    anna: Page, context: BrowserContext, begin: Callable[..., str]
) -> None:
    """Features 143, 145, 146, 147, 148, 171, 173."""
    begin("Niccolò Ferri", "Offer the year", next_step="call", next_step_at=tomorrow_at(18))
    other = context.new_page()
    for page in (anna, other):
        open_page(page, "/board")
        is_live(page)
    seen = card(anna, "Tomorrow", "Offer the year")
    for part in ("Niccolò Ferri", "20011", "Call", "18:30", "Call them"):
        expect(seen).to_contain_text(part)
    seen.drag_to(column(anna, "Later"))
    expect(card(anna, "Later", "Offer the year")).to_contain_text("18:30")
    expect(card(other, "Later", "Offer the year")).to_contain_text("18:30")
    expect(card(other, "Tomorrow", "Offer the year")).to_have_count(0)


def test_a_drag_into_overdue_is_refused_with_the_reason(anna: Page, begin: Callable[..., str]) -> None:
    """Feature 174."""
    begin("Анна Смирнова", "Welcome her", next_step_at=tomorrow_at(10))
    open_page(anna, "/board")
    card(anna, "Tomorrow", "Welcome her").drag_to(column(anna, "Overdue"))
    expect(anna.get_by_role("alert")).to_contain_text("overdue only when its time has passed")
    expect(card(anna, "Tomorrow", "Welcome her")).to_be_visible()


def test_keys_do_what_a_drag_does(anna: Page, begin: Callable[..., str], axe: Callable[[Page], list[str]]) -> None:
    """Features 143, 157, 163, 164, 165, 166: move and edit without a mouse."""
    begin("Oliver Hart", "Ask about Saturday")
    open_page(anna, "/board")
    card(anna, "Unsorted", "Ask about Saturday").focus()
    anna.keyboard.press("6")
    moved = card(anna, "Later", "Ask about Saturday")
    expect(moved).to_be_focused()
    anna.keyboard.press("m")
    dialog = anna.get_by_role("dialog")
    dialog.get_by_label("Move to").select_option("tomorrow")
    dialog.get_by_role("button", name="Move").click()
    moved = card(anna, "Tomorrow", "Ask about Saturday")
    expect(moved).to_be_focused()
    anna.keyboard.press("Enter")
    expect(dialog.get_by_text("Open, 12 months")).to_be_visible()
    found = axe(anna)
    dialog.get_by_label("Comment").fill("Will come on Saturday")
    dialog.get_by_label("In charge").select_option(label="Ivo Serra")
    dialog.get_by_label("Enquiry status").select_option(label="Offer sent")
    dialog.get_by_role("button", name="Save").click()
    expect(moved).to_contain_text("Ivo Serra")
    expect(moved).to_contain_text("Offer sent")
    expect(dialog).to_be_hidden()
    moved.dblclick(position={"x": 5, "y": 60})
    expect(dialog.get_by_text("Will come on Saturday")).to_be_visible()
    assert not found


def test_a_card_becomes_overdue_before_ones_eyes(anna: Page, begin: Callable[..., str]) -> None:
    """Features 169, 174."""
    begin("Giulia De Luca", "Ring at once", next_step_at=datetime.now(ROME) + timedelta(seconds=4))
    open_page(anna, "/board")
    expect(card(anna, "Overdue", "Ring at once")).to_be_visible()


def test_add_finds_the_person_by_telephone_and_makes_a_lead_of_a_stranger(
    anna: Page, console: Console, kind_id: str, axe: Callable[[Page], list[str]]
) -> None:
    """Features 144, 149, 150, 152."""
    open_page(anna, "/board")
    is_live(anna)
    dialog = anna.get_by_role("dialog")
    anna.get_by_role("link", name="Add a card").click()
    dialog.get_by_label("Telephone").fill("+39 333 20015")
    dialog.get_by_role("button", name="Find the person").click()
    expect(dialog.get_by_label("Person")).to_contain_text("Дмитрий Орлов")
    found = axe(anna)
    dialog.get_by_label("What is to be done").fill("Wants a locker")
    dialog.get_by_role("button", name="Begin the task").click()
    expect(card(anna, "Unsorted", "Wants a locker")).to_contain_text("Дмитрий Орлов")

    anna.get_by_role("link", name="Add a card").click()
    dialog.get_by_label("Telephone").fill("+39 348 765 4321")
    dialog.get_by_role("button", name="Find the person").click()
    dialog.get_by_label("First name").fill("Carla")
    dialog.get_by_label("What is to be done").fill("Asked for prices")
    dialog.get_by_role("button", name="Begin the task").click()
    expect(card(anna, "Unsorted", "Asked for prices")).to_contain_text("Carla")
    assert not found


def test_filters_and_search_narrow_the_board_and_are_in_the_address(anna: Page, begin: Callable[..., str]) -> None:
    """Features 175, 176, 177."""
    begin("Member 07 Zeta", "Seventh")
    begin("Member 08 Zeta", "Eighth")
    open_page(anna, "/board")
    anna.get_by_label("Search").fill("member 07")
    anna.keyboard.press("Enter")
    expect(card(anna, "Unsorted", "Seventh")).to_be_visible()
    expect(anna.get_by_text("Eighth")).to_have_count(0)
    assert "q=member" in anna.url
    anna.get_by_label("Search").fill("")
    anna.get_by_label("Enquiry status").select_option(label="Offer sent")
    anna.wait_for_url("**/board?*status=enq*", wait_until="domcontentloaded")
    expect(anna.get_by_text("Eighth")).to_have_count(0)


def test_the_agenda_shows_the_week_and_the_day_of_an_operator(
    anna: Page, console: Console, begin: Callable[..., str], axe: Callable[[Page], list[str]]
) -> None:
    """Features 136, 137."""
    with console.club.database.session() as session:
        anna_id = session.query(Staff).filter_by(email=ANNA).one().id
    day = tomorrow_at(11)
    begin("Member 09 Zeta", "Show the pool", operator_id=anna_id, next_step="meeting", next_step_at=day)
    begin("Member 10 Zeta", "Not mine", next_step_at=day)
    open_page(anna, f"/agenda?day={day.date()}")
    expect(anna.get_by_text("Show the pool")).to_be_visible()
    expect(anna.get_by_text("Not mine")).to_have_count(0)
    expect(anna.locator(".card .agenda-row").filter(has_text="Show the pool")).to_contain_text("11:30")
    found = axe(anna)
    anna.get_by_label("Show").select_option("day")
    anna.get_by_role("button", name="Show").click()
    expect(anna.get_by_text("Show the pool")).to_be_visible()
    anna.get_by_role("link", name="Close the task about Member 09 Zeta").click()
    dialog = anna.get_by_role("dialog")
    dialog.get_by_label("What came of it").fill("Saw it")
    dialog.get_by_role("button", name="Close the task").click()
    expect(anna.get_by_text("What is the next step with this member?")).to_be_visible()
    open_page(anna, f"/agenda?day={day.date()}&span=day")
    expect(anna.get_by_text("Show the pool")).to_have_count(0)
    assert not found
