"""Dates, ages, numbers and terms in each language."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from access_policy.decision import Reason
from cloud.console.lane_words import LANE_MODES, LANE_NEWS
from cloud.console.languages import LANGUAGES
from cloud.console.words import CONTRACT_STATES, CREDENTIAL_STATUSES, FLAG_SOURCES, REASONS, Words, filters_of
from cloud.contracts.policy import ContractState
from gateway.domain.lane_mode import LaneMode
from sync_protocol.journal_events import LaneChanged
from sync_protocol.state_rows import CredentialStatus, FlagSource

ROME = ZoneInfo("Europe/Rome")
NOW = datetime(2026, 11, 21, 11, 3, 4, tzinfo=UTC)


def test_every_reason_that_a_gateway_can_give_has_its_words() -> None:
    assert {str(reason) for reason in Reason} == set(REASONS)


def test_every_state_status_and_source_has_its_words() -> None:
    assert set(CONTRACT_STATES) == {str(state) for state in ContractState}
    assert set(CREDENTIAL_STATUSES) == set(get_args(CredentialStatus))
    assert set(FLAG_SOURCES) == set(get_args(FlagSource))


def test_a_reason_of_a_newer_gateway_is_shown_as_it_is() -> None:
    assert Words("it").reason("moon_phase") == "moon_phase"


def test_the_time_of_day_is_the_clubs() -> None:
    assert Words("en").clock(NOW, ROME) == "12:03:04"
    assert Words("ru").exact(NOW, ROME).startswith("суббота, 21 ноября 2026")


def test_since_names_the_day_unless_it_is_today() -> None:
    assert Words("en").since(NOW, NOW, ROME) == "12:03:04"
    assert Words("en").since(NOW - timedelta(days=1), NOW, ROME) == "20 Nov, 12:03:04"
    just_before_midnight = datetime(2026, 11, 20, 22, 59, 59, tzinfo=UTC)
    assert Words("en").since(just_before_midnight, NOW, ROME) == "20 Nov, 23:59:59"


@pytest.mark.parametrize(("language", "expected"), [("en", "3 min ago"), ("it", "3 min fa"), ("ru", "3 мин назад")])
def test_an_age_is_short(language: str, expected: str) -> None:
    assert Words(language).age(NOW - timedelta(minutes=3), NOW).replace(".", "") == expected


def test_an_age_of_nothing_or_of_a_clock_that_is_ahead_is_now() -> None:
    assert Words("en").age(NOW, NOW) == "now"
    assert Words("en").age(NOW + timedelta(seconds=5), NOW) == "now"


def test_counts_agree_with_their_number() -> None:
    say = [Words("ru").counted("%(num)s visit left", "%(num)s visits left", count) for count in (1, 3, 5, 21)]
    assert say == ["остался 1 визит", "осталось 3 визита", "осталось 5 визитов", "остался 21 визит"]


def test_money_and_days_follow_the_language() -> None:
    assert Words("it").money(4900, "EUR") == "49,00\N{NO-BREAK SPACE}€"
    assert Words("en").day(date(2026, 12, 12)) == "12 Dec 2026"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_filter_is_there_in_every_language(language: str) -> None:
    assert filters_of(Words(language))["outcome"]("block")


def test_every_state_and_mode_of_a_lane_has_its_words_and_who_told_it_is_named() -> None:
    told = re.findall(r"[a-z_]+", LaneChanged.__doc__ or "")
    assert [state for state in LANE_NEWS if state not in told] == []
    assert set(LANE_MODES) == {str(mode) for mode in LaneMode}
    assert Words("it").ordered_by("local:anna") == "al gateway, anna"
    assert Words("en").ordered_by("stf_1") == "from the console"
