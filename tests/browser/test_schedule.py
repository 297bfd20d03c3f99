"""A class from its planning to its attendance, by mouse and keyboard, on a wide and on a narrow screen."""

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Console, open_page


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog")


def save(page: Page) -> None:
    dialog(page).get_by_role("button", name="Save", exact=True).click()
    expect(dialog(page)).to_be_hidden()


def plan(page: Page, activity: str, room: str, day: str) -> None:
    """An activity, a room with one seat, and a session on the day, which the calendar then shows."""
    open_page(page, "/settings/schedule")
    page.get_by_role("link", name="New activity").click()
    dialog(page).get_by_label("Name").fill(activity)
    save(page)
    expect(page.get_by_role("link", name=activity, exact=True)).to_be_visible()
    page.get_by_role("link", name="New room").click()
    dialog(page).get_by_label("Name").fill(room)
    dialog(page).get_by_label("Seats").fill("1")
    save(page)
    expect(page.get_by_role("link", name=room, exact=True)).to_be_visible()
    open_page(page, f"/schedule?day={day}")
    page.get_by_role("link", name="Plan sessions").click()
    dialog(page).get_by_label("Activity").select_option(label=activity)
    dialog(page).get_by_label("Room").select_option(label=room)
    dialog(page).get_by_label("From").fill("23:00")
    dialog(page).get_by_label("Minutes").fill("90")
    dialog(page).get_by_role("button", name="Plan", exact=True).click()
    expect(page.locator(".calendar-session")).to_contain_text("23:00 – 00:30")


def test_a_class_is_planned_booked_waited_for_and_given_to_who_waits(
    anna: Page, console: Console, axe: Callable[[Page], list[str]]
) -> None:
    plan(anna, "Pilates", "Studio 1", "2031-05-05")
    found = {"calendar": axe(anna)}
    anna.locator(".calendar-session").click()
    for name in ("Niccolò Ferri", "Oliver Hart"):
        anna.get_by_label("Member", exact=True).fill(name.split()[-1])
        anna.get_by_label("Member", exact=True).press("Enter")
        anna.get_by_role("listitem").filter(has_text=name).get_by_role("button", name=name).click()
        expect(anna.get_by_role("link", name=name)).to_be_visible()
    queue = anna.get_by_role("region", name="Waiting list")
    expect(queue).to_contain_text("Oliver Hart")
    found["session"] = axe(anna)
    anna.on("dialog", lambda question: question.accept())
    anna.get_by_role("button", name="Cancel the booking Niccolò Ferri").click()
    expect(queue).to_contain_text("Oliver Hart: got a seat")
    expect(anna.get_by_role("region", name="Participants")).to_contain_text("from the waiting list")
    for address in (
        "/schedule/arrivals?day=2031-05-05",
        "/schedule/bookings?since=2031-05-05&figure=converted",
        "/schedule/calendars",
        "/settings/schedule",
        "/schedule/sessions/new",
    ):
        open_page(anna, address)
        found[address] = axe(anna)
    assert not any(found.values()), {where: what for where, what in found.items() if what}


def test_the_calendar_is_walked_with_keys_and_is_a_list_on_a_narrow_screen(anna: Page, console: Console) -> None:
    plan(anna, "Yoga", "Studio 2", "2031-06-02")
    anna.keyboard.press("ArrowRight")
    expect(anna.get_by_text("No session is planned here.")).to_be_visible()
    anna.keyboard.press("ArrowLeft")
    expect(anna.locator(".calendar-session")).to_be_visible()
    expect(anna.locator(".calendar-column")).to_have_count(7)
    anna.set_viewport_size({"width": 390, "height": 800})
    expect(anna.locator(".calendar-column:visible")).to_have_count(1)
    assert anna.evaluate("document.documentElement.scrollWidth <= innerWidth")
    anna.keyboard.press("d")
    expect(anna.get_by_role("heading", name="Studio 2")).to_be_visible()
