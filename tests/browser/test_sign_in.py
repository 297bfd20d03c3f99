"""Signing in and out."""

from playwright.sync_api import Page, expect

from tests.browser.club import ANNA
from tests.browser.conftest import open_page, sign_in


def test_whoever_is_not_signed_in_is_led_to_the_form_and_back_afterwards(page: Page) -> None:
    open_page(page, "/members?q=ferri")
    page.get_by_label("E-mail address").fill(ANNA)
    page.get_by_label("Password").fill("turnstile-and-tea")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Members")).to_be_visible()
    assert page.url.endswith("/members?q=ferri")


def test_a_wrong_password_is_explained_and_the_address_is_kept(page: Page) -> None:
    open_page(page, "/sign-in")
    page.get_by_label("E-mail address").fill(ANNA)
    page.get_by_label("Password").fill("guess")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("The e-mail address or the password is wrong.")
    expect(page.get_by_label("E-mail address")).to_have_value(ANNA)


def test_a_form_never_leads_to_another_host(page: Page) -> None:
    open_page(page, "/sign-in?next=//evil.example/")
    page.get_by_label("E-mail address").fill(ANNA)
    page.get_by_label("Password").fill("turnstile-and-tea")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Front desk")).to_be_visible()


def test_after_signing_out_the_pages_are_closed(page: Page) -> None:
    sign_in(page, ANNA)
    page.get_by_label("Menu of Anna Bianchi").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("status")).to_have_text("You are signed out.")
    open_page(page, "/members")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
