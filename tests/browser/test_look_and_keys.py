"""Keyboard, theme, languages, errors: what all pages share."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.club import IVO, LEO
from tests.browser.conftest import Console, open_page, sign_in


def test_keys_search_go_and_explain_themselves(anna: Page) -> None:
    anna.keyboard.press("g")
    anna.keyboard.press("a")
    expect(anna.get_by_role("heading", name="Access", level=1)).to_be_visible()
    anna.keyboard.press("g")
    anna.keyboard.press("m")
    expect(anna.get_by_role("heading", name="Members", level=1)).to_be_visible()
    anna.keyboard.press("?")
    expect(anna.get_by_role("dialog", name="Keys")).to_be_visible()
    anna.keyboard.press("Escape")
    expect(anna.get_by_role("dialog", name="Keys")).to_be_hidden()
    anna.keyboard.press("/")
    expect(anna.get_by_role("searchbox")).to_be_focused()
    anna.keyboard.type("g?")
    expect(anna.get_by_role("searchbox")).to_have_value("g?")


def test_the_dark_look_stays_on_the_next_page(anna: Page) -> None:
    light = anna.evaluate("getComputedStyle(document.body).backgroundColor")
    anna.get_by_label("Menu of Anna Bianchi").click()
    anna.get_by_role("button", name="Dark").click()
    dark = anna.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark != light
    open_page(anna, "/members")
    assert anna.evaluate("getComputedStyle(document.body).backgroundColor") == dark


def test_without_a_choice_the_look_follows_the_system(browser: Browser, console: Console) -> None:
    colours = []
    for scheme in ("light", "dark"):
        context = browser.new_context(base_url=console.address, color_scheme=scheme)
        page = context.new_page()
        open_page(page, "/sign-in")
        colours.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        context.close()
    assert colours[0] != colours[1]


@pytest.mark.parametrize(
    ("name", "code", "heading", "label"),
    [
        ("Italiano", "it", "Reception", "Soci"),
        ("Русский", "ru", "Ресепшен", "Клиенты"),
        ("English", "en", "Front desk", "Members"),
    ],
)
def test_the_console_speaks_the_persons_language(anna: Page, name: str, code: str, heading: str, label: str) -> None:
    anna.locator("header summary").click()
    anna.get_by_role("button", name=name).click()
    expect(anna.get_by_role("heading", level=1)).to_have_text(heading)
    expect(anna.get_by_role("link", name=label)).to_be_visible()
    assert anna.locator("html").get_attribute("lang") == code
    open_page(anna, "/no-such-page")
    expect(anna.get_by_role("heading", level=1)).not_to_be_empty()
    assert anna.locator("html").get_attribute("lang") == code


def test_the_sign_in_page_speaks_the_browsers_language(browser: Browser, console: Console) -> None:
    context = browser.new_context(base_url=console.address, locale="it-IT")
    page = context.new_page()
    open_page(page, "/sign-in")
    expect(page.get_by_role("button", name="Accedi")).to_be_visible()
    context.close()


def test_a_page_that_does_not_exist_says_so_with_its_status(anna: Page) -> None:
    response = anna.goto("/members/mem_nobody", wait_until="domcontentloaded")
    assert response is not None
    assert response.status == 404
    expect(anna.get_by_role("heading", name="There is no such page")).to_be_visible()


def test_a_page_that_ones_role_does_not_allow_says_so(anna: Page) -> None:
    response = anna.goto("/access/enrol", wait_until="domcontentloaded")
    assert response is not None
    assert response.status == 403
    expect(anna.get_by_role("heading", name="You may not do this")).to_be_visible()


def test_a_part_that_cannot_refresh_itself_keeps_what_it_shows(anna: Page) -> None:
    answer = anna.request.get("/members/mem_nobody/flags", headers={"HX-Request": "true", "HX-Target": "section"})
    assert answer.status == 404
    assert answer.headers["hx-reswap"] == "none"


def test_an_installer_sees_the_gateways_and_nobodys_data(page: Page) -> None:
    sign_in(page, LEO)
    expect(page.get_by_role("heading", name="Access", level=1)).to_be_visible()
    expect(page.get_by_role("navigation").get_by_role("link")).to_have_text(["Access"])
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    response = page.goto("/members", wait_until="domcontentloaded")
    assert response is not None
    assert response.status == 403


def test_a_form_with_a_wrong_token_is_refused(anna: Page, console: Console) -> None:
    open_page(anna, f"/members/{console.club.members['Oliver Hart']}")
    anna.get_by_role("link", name="Block at the turnstile").click()
    expect(anna.get_by_role("dialog")).to_be_visible()
    anna.evaluate("document.querySelector('#dialog [name=csrf_token]').value = 'forged'")
    anna.get_by_role("button", name="Send to the gates").click()
    expect(anna.get_by_role("dialog")).to_contain_text("The page was open for too long.")


def test_without_an_authority_the_administrator_is_told_what_to_do(page: Page) -> None:
    sign_in(page, IVO)
    open_page(page, "/access")
    page.get_by_role("link", name="Enrol a gateway").click()
    page.get_by_role("button", name="Make a token").click()
    expect(page.get_by_role("alert")).to_contain_text("tornello-provision")
