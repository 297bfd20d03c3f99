"""Certificates, dues and other flags: when they bite, which of them wins, and what is shown."""

from dataclasses import replace

from access_policy.decision import ConsideredFlag, Reason, Rule
from tests.unit.access_policy.gym import NOON, Gym, at, block, message

MIDNIGHT = at("2026-03-03 00:00")
EXPIRES_TODAY = Gym(flags=(block("certificate", starts_at=MIDNIGHT),))


def test_a_member_whose_certificate_expires_today_passes_until_midnight() -> None:
    assert EXPIRES_TODAY.tap(at("2026-03-02 23:59:59")).is_granted
    decision = EXPIRES_TODAY.tap(MIDNIGHT)
    assert (decision.reason, decision.rule) == (Reason.CERTIFICATE_MISSING, Rule.BLOCKING_FLAG)


def test_a_certificate_that_expired_bites_while_the_gateway_is_offline() -> None:
    offline = replace(EXPIRES_TODAY, last_contact_at=NOON)
    assert offline.tap(at("2026-03-12 12:00")).reason is Reason.CERTIFICATE_MISSING


def test_a_certificate_that_may_have_expired_refuses_while_the_clock_is_not_trusted() -> None:
    decision = EXPIRES_TODAY.tap(NOON, is_clock_trusted=False)
    assert (decision.reason, decision.rule) == (Reason.CLOCK_UNTRUSTED, Rule.CLOCK)
    assert EXPIRES_TODAY.tap(at("2026-03-01 12:00"), is_clock_trusted=False).is_granted


def test_a_block_whose_end_may_have_come_still_blocks_while_the_clock_is_not_trusted() -> None:
    gym = Gym(flags=(block(ends_at=NOON + 1),))
    assert gym.tap(NOON, is_clock_trusted=False).reason is Reason.FLAGGED_BY_STAFF


def test_a_block_for_lockers_is_no_doubt_at_the_turnstile() -> None:
    gym = Gym(flags=(block("certificate", starts_at=MIDNIGHT, device_kinds=("locker",)),))
    assert gym.tap(NOON, is_clock_trusted=False).is_granted


def test_unpaid_dues_are_a_message_first_and_a_block_later() -> None:
    due = replace(message("flg_dues"), source="dues", starts_at=NOON)
    gym = Gym(flags=(due, block("dues", starts_at=MIDNIGHT)))
    assert gym.tap(NOON - 1).rule is Rule.CONTRACT
    assert gym.tap(NOON).rule is Rule.MESSAGE_FLAG
    assert gym.tap(MIDNIGHT).reason is Reason.DUES_OVERDUE


def test_the_block_with_the_highest_priority_is_the_one_that_is_named() -> None:
    gym = Gym(flags=(block("dues", priority=1), block("black_list", priority=9)))
    assert gym.tap().reason is Reason.BLACK_LISTED


def test_messages_are_shown_behind_the_block_by_their_priority() -> None:
    gym = Gym(flags=(message("flg_low"), message("flg_high", priority=5), block()))
    assert [flag.flag_id for flag in gym.tap().flags] == ["flg_manual", "flg_high", "flg_low"]


def test_every_flag_is_told_with_how_it_bore_on_the_tap() -> None:
    flags = (
        message("flg_now"),
        message("flg_later", starts_at=NOON + 1),
        message("flg_past", ends_at=NOON),
        message("flg_locker", device_kinds=("locker",)),
    )
    assert Gym(flags=flags).tap().considered == (
        ConsideredFlag("flg_now", "in_force"),
        ConsideredFlag("flg_later", "not_yet"),
        ConsideredFlag("flg_past", "over"),
        ConsideredFlag("flg_locker", "other_device"),
    )


def test_a_refusal_by_another_rule_shows_the_messages_all_the_same() -> None:
    decision = Gym(flags=(message(),)).with_member(windows=()).tap()
    assert (decision.outcome, [flag.flag_id for flag in decision.flags]) == ("block", ["flg_m"])


def test_a_busy_lane_says_only_that() -> None:
    assert Gym(flags=(message(),)).tap(lane="busy").flags == ()


def test_a_flag_for_doors_acts_at_doors_alone_and_one_for_nothing_in_particular_everywhere() -> None:
    for_doors = Gym(flags=(block(device_kinds=("door",)),))
    assert for_doors.tap().is_granted
    assert for_doors.with_device("door").tap().reason is Reason.FLAGGED_BY_STAFF
    assert Gym(flags=(block(device_kinds=("turnstile",)),)).with_device("door").tap().is_granted
    assert Gym(flags=(block(),)).with_device("door").tap().reason is Reason.FLAGGED_BY_STAFF


def test_an_explanation_tells_for_which_kind_of_device_a_flag_is() -> None:
    flagged = Gym(flags=(message("flg_door", device_kinds=("door",)),))
    assert flagged.tap().considered == (ConsideredFlag("flg_door", "other_device"),)
    assert flagged.with_device("door").tap().considered == (ConsideredFlag("flg_door", "in_force"),)


def test_a_kind_of_device_that_nobody_here_knows_is_bound_by_general_flags_alone() -> None:
    gym = Gym(flags=(block(device_kinds=("turnstile",)),)).with_device("of_tomorrow")
    assert gym.tap().is_granted
