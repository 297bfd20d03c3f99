"""Forms whose answer is a whole page: it takes the place of the form, and is not put into the dialog over it."""

import base64
import time

from playwright.sync_api import FilePayload, Page, expect

from cloud.staff.second_factor import totp
from tests.browser.conftest import open_page


def expect_whole_page(page: Page, title: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    expect(page.get_by_role("heading", name=title).first).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("navigation", name="Pages")).to_have_count(1)


def test_the_report_of_an_import(anna: Page) -> None:
    open_page(anna, "/members/import/upload")
    content = b"name,phone\nNora,+39 333 7654321\nBo,1\n"
    anna.get_by_label("File").set_input_files(FilePayload(name="people.csv", mimeType="text/csv", buffer=content))
    anna.get_by_label("Only try").uncheck()
    anna.get_by_role("button", name="Read the file").click()
    expect_whole_page(anna, "Brought in")
    expect(anna.get_by_role("row").filter(has_text="Bo")).to_contain_text("Write a telephone number")
    anna.get_by_role("link", name="Nora").click()
    expect(anna.get_by_role("heading", name="Nora")).to_be_visible()


def test_a_file_that_cannot_be_read_leads_back_to_the_form(anna: Page) -> None:
    open_page(anna, "/members/import/upload")
    broken = FilePayload(name="people.csv", mimeType="text/csv", buffer=b"\xff\xfe")
    anna.get_by_label("File").set_input_files(broken)
    anna.get_by_role("button", name="Read the file").click()
    expect(anna.get_by_text("Use a CSV file in UTF-8, or an XLSX file.")).to_be_visible()
    expect(anna.get_by_role("button", name="Read the file")).to_be_enabled()


def test_the_secret_of_a_telephone_exchange(anna: Page) -> None:
    open_page(anna, "/settings/telephone/new")
    anna.get_by_label("Name").fill("Front desk")
    anna.get_by_role("button", name="Save").click()
    expect_whole_page(anna, "Front desk")
    expect(anna.get_by_text("It is shown only once.")).to_be_visible()


def test_the_recovery_codes_of_a_second_factor_which_is_asked_for_from_then_on(anna: Page) -> None:
    open_page(anna, "/account")
    anna.get_by_role("button", name="Turn on").click()
    secret = base64.b32decode(anna.locator("input[name=secret]").input_value())
    anna.get_by_label("Code that the app shows now").fill(totp(secret, int(time.time()) // 30))
    anna.get_by_role("button", name="Turn on").click()
    expect_whole_page(anna, "Recovery codes")
