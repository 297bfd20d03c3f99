"""Finding members."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import open_page


def test_the_list_grows_by_pages_and_counts_all(anna: Page) -> None:
    open_page(anna, "/members")
    expect(anna.get_by_role("status").get_by_text("65 members")).to_be_visible()
    rows = anna.locator("tbody tr:not(#more)")
    expect(rows).to_have_count(50)
    anna.get_by_role("link", name="Show more").click()
    expect(rows).to_have_count(65)


def test_a_search_finds_while_one_types_whatever_the_accents_and_the_address_tells_it(anna: Page) -> None:
    open_page(anna, "/members")
    anna.get_by_role("searchbox").press_sequentially("niccolo f")
    expect(anna.get_by_role("link", name="Niccolò Ferri")).to_be_visible()
    expect(anna.get_by_text("1 member", exact=True)).to_be_visible()
    assert anna.url.endswith("/members?q=niccolo+f") or anna.url.endswith("/members?q=niccolo%20f")
    anna.get_by_role("searchbox").fill("орлов")
    expect(anna.get_by_role("link", name="Дмитрий Орлов")).to_be_visible()
    anna.get_by_role("searchbox").fill("20013")
    expect(anna.get_by_role("link", name="Giulia De Luca")).to_be_visible()


def test_back_leads_to_what_was_searched(anna: Page) -> None:
    open_page(anna, "/members")
    anna.get_by_role("searchbox").fill("giulia")
    expect(anna.get_by_text("1 member", exact=True)).to_be_visible()
    anna.get_by_role("link", name="Giulia De Luca").click()
    expect(anna.get_by_role("heading", name="Giulia De Luca")).to_be_visible()
    anna.go_back(wait_until="domcontentloaded")
    expect(anna.get_by_role("searchbox")).to_have_value("giulia")
    expect(anna.get_by_role("link", name="Giulia De Luca")).to_be_visible()
    expect(anna.get_by_role("link", name="Niccolò Ferri")).to_be_hidden()


def test_an_empty_result_says_what_to_try(anna: Page) -> None:
    open_page(anna, "/members?q=nobody-like-this")
    expect(anna.get_by_text("Nobody is found.")).to_be_visible()


def test_each_member_says_in_one_sentence_how_they_stand(anna: Page) -> None:
    open_page(anna, "/members")
    for name, sentence in {
        "Giulia De Luca": "May not enter: the contract ended on",
        "Oliver Hart": "dues are unpaid",
        "Niccolò Ferri": "3 visits left",
    }.items():
        expect(anna.get_by_role("row").filter(has_text=name)).to_contain_text(sentence)
