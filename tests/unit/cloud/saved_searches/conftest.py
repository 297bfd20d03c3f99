"""Somebody of the staff, and a club whose time only moves when told to."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from cloud.staff.policy import Rights, permissions_of
from cloud.staff.service import SignedIn
from tests.card_rules import RuleClub, rule_club


@pytest.fixture
def club() -> Iterator[RuleClub]:
    with rule_club() as found:
        yield found


def person(staff_id: str, role: str = "manager", **changes: Any) -> SignedIn:
    """Somebody with the permissions of a role."""
    permissions = permissions_of(role)
    known: dict[str, Any] = {
        "staff_id": staff_id,
        "session_id": "ses_1",
        "name": "Anna",
        "email": "anna@club.example",
        "locale": "en",
        "role": role,
        "csrf_token": "",
        "expires_at": datetime(2099, 1, 1, tzinfo=UTC),
        "rights": Rights(permissions),
        "permissions": permissions,
    }
    return SignedIn(**(known | changes))
