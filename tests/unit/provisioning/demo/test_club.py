"""The demo club is the same every time, and has every situation that a front desk meets."""

from collections import Counter
from datetime import date

import pytest

from provisioning.demo.club import SHARES, DemoMember, make_club

TODAY = date(2026, 11, 21)


@pytest.fixture(name="club")
def make_the_club() -> list[DemoMember]:
    return make_club(TODAY)


def test_the_club_has_200_members_with_a_card_each(club: list[DemoMember]) -> None:
    assert len(club) == 200
    assert len({member.card for member in club}) == 200


def test_every_situation_has_its_share(club: list[DemoMember]) -> None:
    assert Counter(member.situation for member in club) == Counter(SHARES)


def test_names_are_in_latin_and_cyrillic_and_nobody_is_there_twice(club: list[DemoMember]) -> None:
    names = {f"{member.first_name} {member.last_name}" for member in club}
    assert len(names) == 200
    cyrillic = sum(any("а" <= letter.lower() <= "я" for letter in name) for name in names)
    assert 30 <= cyrillic <= 90


def test_the_same_day_gives_the_same_club(club: list[DemoMember]) -> None:
    assert make_club(TODAY) == club
    assert make_club(TODAY, seed=1) != club


def test_contracts_say_what_the_situation_says(club: list[DemoMember]) -> None:
    for member in club:
        match member.situation:
            case "expired":
                assert member.ends_on < TODAY
            case "frozen":
                assert member.freeze is not None
                assert member.freeze.starts_on <= TODAY <= member.freeze.ends_on
            case "used_up":
                assert member.visits_used == member.visits_total
            case "last_visit":
                assert member.visits_total == member.visits_used + 1
            case "dues_overdue":
                assert member.dues_due_on is not None
                assert (TODAY - member.dues_due_on).days > 7
            case _:
                assert member.starts_on <= TODAY <= member.ends_on
