"""A receptionist's morning: who comes, who was refused and why, a comment, a sale, all in one time line."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from cloud.activities import service as activities
from cloud.activities.service import ActivityDetails
from cloud.audit.service import Actor
from cloud.bookings import service as bookings
from cloud.bookings.service import BookingDetails
from cloud.class_sessions import service as class_sessions
from cloud.class_sessions.policy import Pattern
from cloud.class_sessions.service import SessionDetails
from cloud.staff import service as staff
from cloud.staff.service import StaffDetails
from tests.browser.club import PASSWORD, TIME_ZONE
from tests.browser.conftest import Console, sign_in

RITA = "rita@club.example"
SYSTEM = Actor("system", "browser-tests")


@pytest.fixture
def rita(page: Page, console: Console) -> Page:
    """A tab where the receptionist is signed in, on a day with a session to which Niccolò comes."""
    now = datetime.now(ZoneInfo(TIME_ZONE)).replace(second=0, microsecond=0)
    ahead = now + timedelta(minutes=10)
    starts = ahead if ahead.date() == now.date() else now - timedelta(minutes=10)
    pattern = Pattern(first_on=starts.date(), last_on=starts.date(), starts=starts.time(), minutes=60)
    with console.club.database.transaction() as session:
        staff.create_staff(
            session, SYSTEM, StaffDetails(email=RITA, name="Rita Neri", role="receptionist"), password=PASSWORD
        )
        activity = activities.create(session, SYSTEM, ActivityDetails(name="Pilates"))
        wanted = SessionDetails(activity_id=activity.id, seats=5)
        (held,) = class_sessions.plan(session, SYSTEM, console.club.site_id, wanted, pattern)
        bookings.book(session, SYSTEM, console.club.members["Niccolò Ferri"], BookingDetails(session_id=held.id))
    sign_in(page, RITA)
    return page


def test_a_morning_at_the_front_desk(rita: Page, console: Console, axe: Callable[[Page], list[str]]) -> None:
    """Features 163, 183, 184, 185, 186, 187, 209, 215."""
    club = console.club
    oliver = club.members["Oliver Hart"]
    dialog = rita.get_by_role("dialog")
    now = rita.get_by_role("region", name="Palestra Aurora")
    expect(now.get_by_text("0 people inside")).to_be_visible()
    expect(now.get_by_role("listitem").filter(has_text="Niccolò Ferri")).to_contain_text("Pilates")

    club.lane_1.decide(oliver, "block", "dues_overdue", text="See the desk")
    refused = rita.get_by_role("region", name="Just refused")
    expect(refused.get_by_text("Dues are overdue")).to_be_visible()
    expect(refused.get_by_text("Take the payment: the gate opens once it is noted.")).to_be_visible()
    found = {"front desk": axe(rita)}

    refused.get_by_role("link", name="Oliver Hart").click()
    past = rita.get_by_role("region", name="Time line")
    expect(past.get_by_text("Refused at Lane 1: Dues are overdue")).to_be_visible()
    past.get_by_role("link", name="Comment", exact=True).click()
    dialog.get_by_label("What was said, felt or wished").fill("Pays on Friday")
    found["comment"] = axe(rita)
    dialog.get_by_role("button", name="Save").click()
    expect(past.get_by_text("Pays on Friday")).to_be_visible()

    past.get_by_role("link", name="Sell at the till").click()
    dialog.get_by_label("What is sold").first.select_option("service")
    dialog.get_by_label("Name").first.fill("Massage")
    dialog.get_by_label("Price of one, EUR").first.fill("45")
    dialog.get_by_label("Rendered by").first.select_option(label="Rita Neri")
    dialog.get_by_label("Materials used").first.fill("Oil: 30 ml")
    found["till"] = axe(rita)
    dialog.get_by_role("button", name="It is paid").click()
    expect(past.get_by_text("Spent in total: €45.00; average ticket: €45.00")).to_be_visible()
    expect(past.get_by_text("Materials used: Oil 30 ml")).to_be_visible()
    found["card"] = axe(rita)

    club.lane_1.pass_through(club.lane_1.decide(oliver), oliver)
    expect(past.get_by_text("Came in through Lane 1")).to_be_visible()
    past.get_by_role("link", name="Comments").click()
    expect(past.get_by_text("Came in through Lane 1")).to_have_count(0)
    expect(past.get_by_text("Pays on Friday")).to_be_visible()
    assert not any(found.values()), {where: what for where, what in found.items() if what}
