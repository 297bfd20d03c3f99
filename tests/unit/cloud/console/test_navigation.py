"""Who sees which entries of the navigation, and which of them stands for a page."""

import pytest

from cloud.console.navigation import PAGES, first_page_of, pages_of
from cloud.staff.policy import ROLES, Permission, permissions_of


class _Person:
    def __init__(self, role: str) -> None:
        self._permissions = permissions_of(role)

    def may(self, permission: Permission) -> bool:
        return permission in self._permissions


@pytest.mark.parametrize("role", ROLES)
def test_everybody_begins_at_the_first_entry_that_they_see(role: str) -> None:
    assert first_page_of(_Person(role)) == pages_of(_Person(role))[0].address


def test_a_role_without_any_page_begins_at_its_own_account() -> None:
    assert pages_of(_Person("nobody")) == []
    assert first_page_of(_Person("nobody")) == "/account"


def test_payments_are_an_entry_only_for_who_sees_no_members() -> None:
    assert [page.address for page in pages_of(_Person("cashier"))] == ["/payments"]
    assert "/payments" not in [page.address for page in pages_of(_Person("receptionist"))]


@pytest.mark.parametrize(
    ("path", "entries"),
    [
        ("/", ["/"]),
        ("/access-events/7", ["/"]),
        ("/members/mem_1", ["/members"]),
        ("/debts", ["/balances"]),
        ("/membership", []),
        ("/account", []),
    ],
)
def test_a_page_belongs_to_one_entry(path: str, entries: list[str]) -> None:
    owner = [page for page in pages_of(_Person("owner")) if page.leads_to(path)]
    assert [page.address for page in owner] == entries


def test_no_two_entries_have_the_same_key_or_address() -> None:
    assert len({page.key for page in PAGES}) == len({page.address for page in PAGES}) == len(PAGES)
