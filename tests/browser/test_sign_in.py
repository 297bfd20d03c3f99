"""Signing in and out."""

from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from tests.browser.club import ANNA, PASSWORD
from tests.browser.conftest import PATIENCE_MS, Console, open_page, sign_in


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


def test_a_passkey_is_made_and_signs_in_by_itself(
    console: Console, browser: Browser, axe: Callable[[Page], list[str]]
) -> None:
    """Chromium's virtual authenticator keeps the passkey, and holds its person to be checked."""
    context = browser.new_context(base_url=console.address.replace("127.0.0.1", "localhost"), locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    kept = device.send("WebAuthn.addVirtualAuthenticator", {"options": options | {"isUserVerified": True}})

    sign_in(page, ANNA)
    open_page(page, "/account")
    own = page.get_by_role("region", name="Passkeys")
    expect(own.get_by_text("To make one")).to_be_hidden()
    assert axe(page) == []
    own.get_by_label("Name of the passkey").fill("Laptop")
    own.get_by_label("Password").fill("guess")
    own.get_by_role("button", name="Make a passkey").click()
    expect(own.get_by_role("alert")).to_have_text("The password was wrong.")
    own.get_by_label("Password").fill(PASSWORD)
    own.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_text("The passkey is made.")).to_be_visible()
    expect(own.get_by_role("listitem")).to_contain_text("Laptop")

    _forget(page)
    open_page(page, "/sign-in?next=/account")
    assert axe(page) == []
    page.get_by_role("button", name="Use a passkey").click()
    expect(own.get_by_role("listitem")).to_contain_text("Last used")

    own.get_by_role("link", name="Remove: Laptop").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("The passkey is removed.")).to_be_visible()
    _forget(page)
    open_page(page, "/sign-in")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert").filter(has_text="not known here")).to_be_visible()
    device.send("WebAuthn.removeVirtualAuthenticator", kept)
    context.close()


def _forget(page: Page) -> None:
    """As another day: no page is left whose parts would ask anew, and lead to the form meanwhile."""
    open_page(page, "about:blank")
    page.context.clear_cookies()
