"""A decision explained: every rule asked, with the values that settled it."""

from dataclasses import replace
from typing import Any

import pytest

from access_policy.decision import Reason, Rule
from access_policy.entitlement import Entitlement, EntitlementWindow, TimeSpan
from access_policy.explanation import HEADINGS, explain
from access_policy.facts import TapFacts
from access_policy.rules import RULES
from access_policy.schedule import Schedule
from access_policy.wording import SaidExplanation, say
from tests.unit.access_policy.gym import (
    DAY,
    NOON,
    PINS,
    ROME,
    Gym,
    at,
    block,
    booking,
    hours,
    inside,
    level,
    message,
    weekly,
)


def told(gym: Gym, now_s: int = NOON, lane_id: str = "door", **facts: Any) -> SaidExplanation:
    usual = replace(TapFacts(lane_id, "in", "free", now_s, is_clock_trusted=True), **facts)
    explanation = explain(gym.view(now_s), usual)
    assert explanation.decision == gym.tap(now_s, lane_id, **facts)
    return say(explanation, str, ROME)


def last(said: SaidExplanation) -> tuple[str, ...]:
    return said.asked[-1].sentences


def sentences(said: SaidExplanation) -> list[str]:
    return [*said.circumstances, *(sentence for asked in said.asked for sentence in asked.sentences)]


def test_a_grant_tells_every_rule_and_the_contract() -> None:
    said = told(Gym())
    assert [asked.rule for asked in said.asked] == [*(rule for rule, _ in RULES), Rule.CONTRACT]
    assert said.outcome == "Allowed"
    assert last(said) == ("Passes on contract ctr_a.",)
    assert "The card belongs to Anna (mem_a)." in said.circumstances
    assert "Contract ctr_a: from 2026-01-01 00:00 until 2027-01-01 00:00." in sentences(said)
    assert "It lets the member pass." in sentences(said)


def test_a_refusal_ends_with_the_rule_that_refused() -> None:
    gym = Gym(flags=(block("certificate", starts_at=NOON), message(ends_at=NOON + 60)))
    said = told(gym)
    assert [(asked.rule, asked.refusal) for asked in said.asked] == [(Rule.BLOCKING_FLAG, Reason.CERTIFICATE_MISSING)]
    assert last(said) == (
        "Flag flg_certificate (certificate), block: in force.",
        "It begins 2026-03-02 12:00.",
        "Flag flg_m (task), message: in force.",
        "It ends 2026-03-02 12:01.",
    )


def test_every_rule_of_the_table_has_a_heading() -> None:
    assert {rule for rule, _ in RULES} <= set(HEADINGS)


def test_each_contract_says_at_which_question_it_failed() -> None:
    windows = (
        EntitlementWindow("ctr_old", 0, NOON),
        EntitlementWindow("ctr_ice", 0, NOON + DAY, freezes=(TimeSpan(NOON, NOON + 60),)),
        EntitlementWindow("ctr_spa", 0, NOON + DAY, level_id="spa_only"),
        EntitlementWindow("ctr_off", 0, NOON + DAY, level_id="off_peak"),
        EntitlementWindow("ctr_boo", 0, NOON + DAY, needs_booking=True),
        EntitlementWindow("ctr_pak", 0, NOON + DAY, visits_left=0, guests_per_day=2),
    )
    gym = Gym(
        schedules=(weekly("mornings", hours(6, 11), hours(18, 20)),),
        levels=(level("spa_only", ("spa", "")), level("off_peak", ("club", "mornings"), ("club", "gone"))),
    ).with_member(windows=windows, bookings=(booking(NOON - 60, NOON),))
    said = told(gym)
    assert said.asked[-1].rule is Rule.CONTRACT_VISITS
    for sentence in (
        "It does not run now.",
        "Frozen from 2026-03-02 12:00 until 2026-03-02 12:01.",
        "It is frozen now.",
        "It does not lead into this zone.",
        "Hours “mornings” today: 06:00–11:00, 18:00–20:00.",
        "It is outside of its hours.",
        "Booking bok_a: lets in from 2026-03-02 11:59 until 2026-03-02 12:00.",
        "It needs a booking, and none is open at this moment.",
        "Visits left: 0.",
        "It has no visits left.",
        "Guests today: 0 of 2.",
    ):
        assert sentence in last(said), sentence


def test_hours_of_last_night_are_told_this_morning_and_closed_days_are_named() -> None:
    gym = Gym(
        schedules=(weekly("night", hours(22, 26)), Schedule("never", "never", ())),
        levels=(level("l", ("club", "night"), ("club", "never")),),
    ).with_contract(level_id="l")
    said = sentences(told(gym, at("2026-03-03 01:00")))
    assert "Hours “night” today: 00:00–02:00, 22:00–26:00." in said
    assert "Hours “never” today: closed." in said


def test_leaving_tells_no_hours() -> None:
    gym = Gym(schedules=(weekly("s", hours(1, 2)),), levels=(level("l", ("club", "s")),)).with_contract(level_id="l")
    said = told(gym, direction="out")
    assert not [sentence for sentence in sentences(said) if sentence.startswith("Hours")]
    assert "Lane “door” leads outside." in said.circumstances


def test_a_visit_that_will_be_burnt_is_announced() -> None:
    assert last(told(Gym().with_contract(visits_left=3))) == (
        "Passes on contract ctr_a.",
        "Going through burns a visit.",
    )


@pytest.mark.parametrize("pin", PINS)
def test_every_pin_is_told_without_its_digits(pin: str) -> None:
    said = told(Gym().with_zone(needs_pin=True), pin=pin)
    (of_pin,) = [asked for asked in said.asked if asked.rule is Rule.PIN]
    assert of_pin.sentences


@pytest.mark.parametrize(
    ("gym", "facts", "ending"),
    [
        (Gym(flags=(message(),)), {}, "The display shows the message."),
        (Gym().with_member(role="staff"), {}, "Staff and the emergency card pass without a contract."),
        (Gym().with_rules(exit_policy="may_leave"), {"direction": "out"}, "Every known card may leave here."),
        (
            Gym().with_contract(guests_per_day=1),
            {"whereabouts": inside(NOON - 5)},
            "A guest of the member comes in; that costs no visit.",
        ),
        (Gym().with_zone(has_first_person_in=True), {}, "No staff have come in yet today."),
        (Gym().with_zone(occupancy_limit=2), {"occupancy": 2}, "People in the zone: 2 of 2."),
        (Gym(), {"lane": "busy"}, "Somebody else is passing."),
        (Gym(last_contact_at=0), {}, "That is over."),
        (replace(Gym(), member=None), {}, "The member has no contract."),
        (
            Gym().with_zone(passback="hard"),
            {"whereabouts": inside(NOON - 600)},
            "The member has been inside since 2026-03-02 11:50.",
        ),
    ],
)
def test_the_last_sentence_is_what_settled_it(gym: Gym, facts: dict[str, Any], ending: str) -> None:
    assert last(told(gym, **facts))[-1] == ending


def test_an_untrusted_clock_that_refuses_tells_the_contracts_in_doubt() -> None:
    said = told(Gym().with_contract(ends_at=NOON + 60), is_clock_trusted=False)
    assert said.asked[-1].refusal is Reason.CLOCK_UNTRUSTED
    assert "Contract ctr_a: from 2026-01-01 00:00 until 2026-03-02 12:01." in last(said)


def test_lanes_are_called_by_their_names_where_these_are_known() -> None:
    facts = TapFacts("door", "in", "free", NOON, is_clock_trusted=True, whereabouts=inside(NOON - 60, "", "steam"))
    said = say(explain(Gym().view(NOON), facts, {"door": "Main door", "steam": "Spa"}), str, ROME)
    assert "Lane “Main door” leads into zone “Club”." in said.circumstances
    assert "The member left 2026-03-02 11:59, through lane “Spa”." in said.circumstances


def test_where_the_member_was_is_told() -> None:
    assert (
        "The member left 2026-03-02 11:59, through lane “door”."
        in told(Gym(), whereabouts=inside(NOON - 60, "")).circumstances
    )
    in_a_zone_that_is_gone = told(Gym(), whereabouts=inside(NOON - 60, "old", "steam")).circumstances
    assert "The member went into zone “old” 2026-03-02 11:59, through lane “steam”." in in_a_zone_that_is_gone


def test_staff_inside_and_a_lane_without_zone_are_told() -> None:
    assert "Staff have come in today." in sentences(
        told(Gym().with_zone(has_first_person_in=True), has_staff_inside=True)
    )
    said = told(Gym(), lane_id="unplaced")
    assert "Lane “unplaced” leads into no zone with rules." in said.circumstances
    assert "Anti-passback does not apply here." in sentences(said)


def test_a_holder_of_whom_nothing_is_known_is_named_by_the_id() -> None:
    said = told(replace(Gym(), member=None))
    assert "The card belongs to mem_a, of whom nothing is known here." in said.circumstances


def test_staff_are_not_asked_for_contracts() -> None:
    assert "Staff and the emergency card need no contract." in sentences(
        told(replace(Gym(), member=Entitlement("mem_a", "Sara", "it", role="staff")))
    )


def test_an_unknown_card_and_a_gateway_without_data_are_told_in_one_sentence() -> None:
    facts = TapFacts("door", "in", "free", NOON, is_clock_trusted=True)
    view = Gym().view(NOON)
    assert last(say(explain(replace(view, credential=None), facts), str, ROME)) == ("Nobody has this card.",)
    nothing = say(explain(replace(view, site=None), facts), str, ROME)
    assert last(nothing) == ("This gateway has no data of its site yet.",)
    never = say(explain(replace(view, last_contact_at=None), facts), str, ROME)
    assert last(never)[0] == "The cloud was never heard."
    assert "The cloud was never heard." in never.circumstances
