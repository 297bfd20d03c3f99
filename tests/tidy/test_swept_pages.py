"""Every page of the console is in the sweep of `tests/browser/test_accessibility.py`, or says why not."""

from string import Formatter

from tests.browser.swept_pages import FURNISHED, NO_PAGES, SAID, patterns


def test_every_page_is_visited_or_says_why_not() -> None:
    visited = [
        address for pattern in patterns() if pattern not in NO_PAGES for address in SAID.get(pattern, (pattern,))
    ]
    unknown = {
        address: name
        for address in visited
        for _, name, _, _ in Formatter().parse(address)
        if name is not None and name not in FURNISHED
    }
    assert unknown == {}, "let tests/browser/furnished.py make one, or name the page in NO_PAGES or SAID"


def test_what_is_named_exists() -> None:
    assert {*NO_PAGES, *SAID} <= set(patterns())
