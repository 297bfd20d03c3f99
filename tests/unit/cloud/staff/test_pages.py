"""Where a person goes after signing in."""

from datetime import UTC, datetime

import pytest

from cloud.staff.pages.sign_in import first_page, own_address
from cloud.staff.policy import Rights, permissions_of
from cloud.staff.service import SignedIn


@pytest.mark.parametrize("address", ["/", "/members?q=ferri", "/members/mem_1"])
def test_addresses_of_the_console_are_followed(address: str) -> None:
    assert own_address(address) == address


@pytest.mark.parametrize(
    "address", ["", "members", "//evil.example", "/\\evil.example", "https://evil.example", "/\n/x"]
)
def test_addresses_that_could_lead_elsewhere_are_not(address: str) -> None:
    assert own_address(address) == "/"


def test_an_installer_who_may_not_see_the_feed_begins_at_the_gateways() -> None:
    assert first_page(_staff("installer"), "/") == "/access"
    assert first_page(_staff("receptionist"), "/") == "/"
    assert first_page(_staff("cashier"), "/") == "/payments"
    assert first_page(_staff("nobody"), "/") == "/account"


def _staff(role: str) -> SignedIn:
    return SignedIn(
        staff_id="stf_1",
        session_id="ses_1",
        name="Anna",
        email="anna@club.example",
        locale="en",
        role=role,
        csrf_token="csrf",
        expires_at=datetime(2026, 11, 22, tzinfo=UTC),
        rights=Rights(permissions_of(role)),
        permissions=permissions_of(role),
    )
