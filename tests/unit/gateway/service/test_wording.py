"""What each decision says, complete in all languages, short enough for the smallest display."""

from dataclasses import replace

import pytest

from access_policy.decision import Decision, Holder, Reason, Rule
from access_policy.flags import Flag
from gateway.domain.access_point import Direction
from gateway.service.display import DisplaySettings, fit_lines
from gateway.service.relay_pulses import DIRECTIONS
from gateway.service.wording import GOODBYE, IDLE, NEXT, REASONS, WELCOME, OwnTexts, decision_text
from tests.display_catalogue import display_catalogue

ALL = (IDLE, WELCOME, GOODBYE, NEXT, *REASONS.values())
ANNA = Holder("mem_a", "Anna", "it")
ROOMY = DisplaySettings(line_count=9, column_count=16)


def text_of(
    decision: Decision, direction: Direction = "in", site_locale: str = "en", own_texts: OwnTexts | None = None
) -> str:
    return decision_text(
        decision, direction, site_locale=site_locale, catalogue=display_catalogue(), own_texts=own_texts or {}
    )


def flag(effect: str, flag_id: str = "flg_a", **texts: str) -> Flag:
    return Flag(flag_id, "mem_a", "dues", effect, texts=texts)  # type: ignore[arg-type]


def test_every_reason_but_a_grant_has_its_text() -> None:
    assert set(REASONS) == set(Reason) - {Reason.GRANTED}


@pytest.mark.parametrize("language", ["it", "ru"])
@pytest.mark.parametrize("text", ALL)
def test_every_text_is_translated(text: str, language: str) -> None:
    assert display_catalogue().translate(text, language) != text


@pytest.mark.parametrize("language", ["en", "it", "ru"])
@pytest.mark.parametrize("text", ALL)
def test_every_text_fits_two_lines_of_sixteen_ascii_characters(text: str, language: str) -> None:
    assert len(fit_lines(display_catalogue().translate(text, language), ROOMY)) <= 2


def test_a_member_is_greeted_by_name_in_their_language() -> None:
    allowed = Decision("allow", Reason.GRANTED, Rule.CONTRACT, 1, holder=ANNA)
    assert text_of(allowed) == "Buon allenamento\nAnna"
    assert text_of(allowed, "out") == "Arrivederci\nAnna"


def test_an_unknown_card_is_told_so_in_the_sites_language() -> None:
    refused = Decision("block", Reason.CREDENTIAL_NOT_FOUND, Rule.UNKNOWN_CREDENTIAL, 1)
    assert text_of(refused, site_locale="ru") == "Карта не найдена\nПодойдите к нам"


def test_a_block_shows_the_text_of_the_blocking_flag_alone() -> None:
    flags = (flag("block", it="Passa da Marco"), flag("message", it="Ciao"))
    blocked = Decision("block", Reason.DUES_OVERDUE, Rule.BLOCKING_FLAG, 1, holder=ANNA, flags=flags)
    assert text_of(blocked) == "Passa da Marco"


def test_messages_are_shown_in_their_order() -> None:
    flags = (flag("message", it="Primo"), flag("message", it="Secondo"))
    decision = Decision("message", Reason.GRANTED, Rule.MESSAGE_FLAG, 1, holder=ANNA, flags=flags)
    assert text_of(decision) == "Primo\nSecondo"


def test_a_flag_without_text_says_the_standard_text_of_its_source() -> None:
    blocked = Decision("block", Reason.DUES_OVERDUE, Rule.BLOCKING_FLAG, 1, holder=ANNA, flags=(flag("block"),))
    assert text_of(blocked) == "Quota da pagare\nVai in reception"


@pytest.mark.parametrize(
    ("texts", "shown"),
    [
        ({"it": "uno", "ru": "два", "en": "three"}, "uno"),
        ({"ru": "два", "en": "three"}, "два"),
        ({"en": "three", "de": "vier"}, "three"),
        ({"de": "vier"}, "vier"),
    ],
)
def test_a_flags_text_is_taken_in_the_members_language_else_the_sites_else_english(
    texts: dict[str, str], shown: str
) -> None:
    flags = (flag("block", **texts),)
    blocked = Decision("block", Reason.DUES_OVERDUE, Rule.BLOCKING_FLAG, 1, holder=ANNA, flags=flags)
    assert text_of(blocked, site_locale="ru") == shown


def test_a_refusal_of_the_lane_shows_its_own_text() -> None:
    busy = Decision("block", Reason.LANE_BUSY, Rule.LANE_CONDITION, 1, holder=ANNA)
    assert text_of(busy) == "Uno alla volta\nAttendi"


OWN = {"zone_full": {"it": "Sala piena, torna presto"}, "dues_overdue": {"en": "Please pay at the desk"}}


def refused(reason: Reason, locale: str) -> Decision:
    return Decision("block", reason, Rule.OCCUPANCY, 7, holder=Holder("mem_a", "Anna", locale))


def test_the_sites_own_words_come_before_ours_in_the_language_that_has_them() -> None:
    assert text_of(refused(Reason.ZONE_FULL, "it"), own_texts=OWN) == "Sala piena, torna presto"
    assert text_of(refused(Reason.ZONE_FULL, "ru"), own_texts=OWN) == text_of(refused(Reason.ZONE_FULL, "ru"))


def test_a_flag_without_words_of_its_own_has_the_sites() -> None:
    blocked = Decision(
        "block",
        Reason.DUES_OVERDUE,
        Rule.BLOCKING_FLAG,
        7,
        holder=Holder("mem_a", "Anna", "en"),
        flags=(flag("block"),),
    )
    assert text_of(blocked, own_texts=OWN) == "Please pay at the desk"
    written = replace(blocked, flags=(flag("block", en="See Marco"),))
    assert text_of(written, own_texts=OWN) == "See Marco"


def test_who_waits_for_somebody_to_pass_is_told_that_they_are_next() -> None:
    granted = Decision("allow", Reason.GRANTED, Rule.CONTRACT, 1, holder=ANNA)
    texts = {
        decision_text(granted, way, site_locale="en", catalogue=display_catalogue(), own_texts={}, is_queued=True)
        for way in DIRECTIONS
    }
    assert texts == {"Poi tocca a te\nAnna"}
