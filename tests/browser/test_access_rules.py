"""The access rules of a site, by hand: zones, lanes, hours, special days, levels, rules and words."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from cloud.access_rules import zones
from tests.browser.club import LEO
from tests.browser.conftest import Console, open_page, sign_in


@pytest.fixture
def rules(anna: Page, console: Console) -> Page:
    """A tab where the manager Anna has the access rules open."""
    open_page(anna, "/access")
    anna.get_by_role("link", name="Access rules").click()
    expect(anna.get_by_role("heading", name="Access rules of Palestra Aurora", level=1)).to_be_visible()
    return anna


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog")


SETTLED = """
window.settled = new Promise((done) => document.addEventListener("htmx:after:settle", (event) => {
  if (event.target.closest("#dialog")) done();
}));
null"""
"""The browser puts the focus into a fresh dialog until both are over, and would take it from a quick writer."""


def open_form(page: Page, link: str) -> None:
    """Open a dialog, and wait until it has put the focus where a person would begin to type."""
    page.evaluate(SETTLED)
    page.get_by_role("link", name=link, exact=True).click()
    page.evaluate("window.settled.then(() => null)")
    expect(dialog(page).locator("[autofocus]")).to_be_focused()


def save(page: Page) -> None:
    dialog(page).get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. The list of gates says which one obeys already.")).to_be_visible()


def section(page: Page, heading: str) -> Locator:
    return page.get_by_role("region", name=heading, exact=True)


def test_a_zone_is_added_placed_before_a_lane_and_kept_while_it_is_used(rules: Page) -> None:
    open_form(rules, "Add a zone")
    dialog(rules).get_by_label("Name").fill("Sauna")
    dialog(rules).get_by_label("Who is inside already and comes again").select_option("hard")
    dialog(rules).get_by_label("Only for so many minutes").fill("90")
    dialog(rules).get_by_label("So many people at most").fill("12")
    dialog(rules).get_by_label("Ask for a PIN").check()
    save(rules)
    shown = section(rules, "Zones")
    expect(shown).to_contain_text("for 90 min")
    expect(shown).to_contain_text("0 of 12 at most")
    expect(shown).to_contain_text("asks for a PIN")
    open_form(rules, "Change: Lane 2")
    dialog(rules).get_by_label("Going in leads to").select_option(label="Sauna")
    dialog(rules).get_by_label("Going out leads to").select_option(label="Club")
    dialog(rules).get_by_label("What stands there").select_option(label="Door")
    save(rules)
    expect(section(rules, "Lanes")).to_contain_text("Door")
    rules.get_by_role("link", name="Delete: Sauna").click()
    dialog(rules).get_by_role("button", name="Delete").click()
    expect(dialog(rules).get_by_role("alert")).to_have_text("It is still used by: Lane 2. Change these first.")


def test_who_is_inside_is_forgotten_after_a_question(rules: Page) -> None:
    rules.get_by_role("link", name="Forget who is inside: Club").click()
    expect(dialog(rules)).to_contain_text("This cannot be undone.")
    dialog(rules).get_by_role("button", name="Forget who is inside").click()
    expect(rules.get_by_text("The gates forget who is inside once they have heard of it.")).to_be_visible()
    expect(section(rules, "Zones")).to_contain_text("Forgotten")


def test_hours_are_typed_by_day_and_seen_as_bars(rules: Page) -> None:
    open_form(rules, "Add a day")
    dialog(rules).get_by_label("Day").fill("2030-12-24")
    dialog(rules).get_by_label("Name").fill("Christmas Eve")
    dialog(rules).get_by_label("Kind").fill("Short day")
    save(rules)
    expect(section(rules, "Special days")).to_contain_text("24 Dec 2030")
    open_form(rules, "Add hours")
    dialog(rules).get_by_label("Name").fill("Opening hours")
    expect(dialog(rules).get_by_label("Monday")).to_have_value("06:30–22:00")
    dialog(rules).get_by_label("Monday").fill("6.30-13; 15-22")
    dialog(rules).get_by_label("Saturday").fill("22-2")
    dialog(rules).get_by_label("Short day").fill("8-13")
    dialog(rules).get_by_label("Short day").press("Enter")
    expect(rules.get_by_text("Saved. The list of gates")).to_be_visible()
    week = section(rules, "Hours").get_by_role("table")
    expect(week.get_by_role("row", name=re.compile("Monday"))).to_contain_text("06:30–13:00, 15:00–22:00")
    expect(week.get_by_role("row", name=re.compile("Sunday"))).to_contain_text("closed")
    expect(week.get_by_role("row", name=re.compile("Sunday")).locator(".hours-open")).to_have_attribute("width", "120")
    expect(week.get_by_role("row", name=re.compile("Short day"))).to_contain_text("08:00–13:00")


def test_hours_that_cannot_be_read_are_named_and_nothing_is_lost(rules: Page) -> None:
    open_form(rules, "Add hours")
    dialog(rules).get_by_label("Name").fill("Odd")
    dialog(rules).get_by_label("Tuesday").fill("from dawn")
    dialog(rules).get_by_role("button", name="Save").click()
    expect(dialog(rules).get_by_text("Write times like")).to_be_visible()
    expect(dialog(rules).get_by_label("Tuesday")).to_have_value("from dawn")
    dialog(rules).get_by_label("Tuesday").fill("8-13, 12-14")
    dialog(rules).get_by_role("button", name="Save").click()
    expect(dialog(rules).get_by_text("These times overlap.")).to_be_visible()
    expect(dialog(rules).get_by_label("Name")).to_have_value("Odd")


def test_a_level_says_where_and_when(rules: Page) -> None:
    open_form(rules, "Add a level")
    dialog(rules).get_by_label("Name").fill("Everything")
    dialog(rules).get_by_label("Club").select_option("always")
    save(rules)
    open_form(rules, "Add a level")
    dialog(rules).get_by_label("Name").fill("Everything")
    dialog(rules).get_by_role("button", name="Save").click()
    expect(dialog(rules).get_by_text("There is one with this name already.")).to_be_visible()
    dialog(rules).get_by_role("button", name="Cancel").click()
    rules.get_by_role("link", name="Delete: Everything").click()
    dialog(rules).get_by_role("button", name="Delete").click()
    expect(section(rules, "Access levels")).to_contain_text("A contract without one lets in everywhere and always.")


def test_the_rules_of_the_site_and_its_own_words(rules: Page) -> None:
    open_form(rules, "Change the rules")
    dialog(rules).get_by_label("When these days are over").select_option("staff_only")
    dialog(rules).get_by_label("Seconds between two gates").fill("700")
    dialog(rules).get_by_role("button", name="Save").click()
    expect(dialog(rules).get_by_text("At most 600.")).to_be_visible()
    dialog(rules).get_by_label("Seconds between two gates").fill("0")
    save(rules)
    expect(section(rules, "Rules of the site")).to_contain_text("Let in staff alone")
    open_form(rules, "Add words")
    dialog(rules).get_by_label("Italiano").fill("Si apre alle 6")
    save(rules)
    expect(section(rules, "Own words at the gate")).to_contain_text("Outside of their hours")
    open_form(rules, "Change: Outside of their hours")
    dialog(rules).get_by_label("Italiano").fill("")
    save(rules)
    expect(section(rules, "Own words at the gate")).to_contain_text("Displays say the standard words")


def test_who_types_into_a_dialog_is_left_alone_while_the_page_behind_it_changes(rules: Page) -> None:
    open_form(rules, "Add a zone")
    people = dialog(rules).get_by_label("So many people at most")
    people.fill("12")
    rules.evaluate("document.body.dispatchEvent(new Event('htmx:after:swap', { bubbles: true }))")
    expect(people).to_be_focused()


def test_the_gates_prove_that_they_obey(rules: Page, console: Console) -> None:
    open_form(rules, "Change: Lane 1")
    dialog(rules).get_by_label("Going in leads to").select_option(label="Outside")
    save(rules)
    console.club.lane_1.beat()
    gates = section(rules, "At the gates")
    expect(gates).to_contain_text("On its way to Lane 1")
    console.club.lane_1.apply()
    expect(gates).to_contain_text("In force at Lane 1 since")


def test_who_comes_in_is_counted_while_one_looks(rules: Page, console: Console) -> None:
    club = console.club
    with club.database.session() as session:
        zone = next(zone for zone in zones.list_of_site(session, club.site_id) if zone.name == "Club")
    shown = rules.locator(f"#zone-{zone.id}")
    expect(shown).to_contain_text("0, no limit")
    expect(rules.get_by_text("Live", exact=True)).to_be_visible()
    niccolo = club.members["Niccolò Ferri"]
    club.lane_1.enter(club.lane_1.decide(niccolo), niccolo, zone.id)
    expect(shown).to_contain_text("1, no limit")


def test_an_installer_may_edit_and_a_form_is_a_page_without_scripts(page: Page, console: Console) -> None:
    sign_in(page, LEO)
    open_page(page, f"/access/rules/{console.club.site_id}/zones/new")
    expect(page.get_by_role("heading", name="New zone", level=1)).to_be_visible()
    page.get_by_label("Name").fill("Pool")
    page.get_by_role("button", name="Save").click()
    expect(section(page, "Zones")).to_contain_text("Pool")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(page: Page, console: Console, axe: Callable[[Page], list[str]], theme: str) -> None:
    page.context.add_cookies([{"name": "tornello_theme", "value": theme, "url": console.address}])
    sign_in(page, LEO)
    here = f"/access/rules/{console.club.site_id}"
    found = {}
    forms = ("zones/new", "schedules/new", "special-days/new", "levels/new", "site", "texts")
    for address in (here, *(f"{here}/{form}" for form in forms)):
        open_page(page, address)
        found[address] = axe(page)
    open_page(page, here)
    open_form(page, "Add hours")
    dialog(page).get_by_label("Name").fill("Odd")
    dialog(page).get_by_label("Tuesday").fill("from dawn")
    dialog(page).get_by_role("button", name="Save").click()
    expect(dialog(page).get_by_text("Write times like")).to_be_visible()
    found["the dialog"] = axe(page)
    assert not any(found.values()), {where: what for where, what in found.items() if what}
