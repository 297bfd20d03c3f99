"""Hours by the gym's wall clock: off-peak plans, windows over midnight, special days, and the nights clocks change."""

from access_policy.decision import Reason, Rule
from access_policy.schedule import Schedule
from tests.unit.access_policy.gym import NOON, Gym, at, hours, level, weekly

OFF_PEAK = level("off_peak", ("club", "mornings"))
MORNINGS = weekly("mornings", hours(6, 12), hours(14, 17))
OFF_PEAK_GYM = Gym(schedules=(MORNINGS,), levels=(OFF_PEAK,)).with_contract(level_id="off_peak")


def gym_open(*windows_of_each_day: tuple[int, int], **special: tuple[int, int]) -> Gym:
    windows = tuple(hours(*window) for window in windows_of_each_day)
    schedule = weekly("s", *windows, **{kind: (hours(*window),) for kind, window in special.items()})
    return Gym(schedules=(schedule,), levels=(level("l", ("club", "s")),)).with_contract(level_id="l")


def test_an_off_peak_member_passes_in_the_off_peak_hours_only() -> None:
    assert OFF_PEAK_GYM.tap(at("2026-03-02 06:00")).is_granted
    assert OFF_PEAK_GYM.tap(at("2026-03-02 11:59:59")).is_granted
    decision = OFF_PEAK_GYM.tap(at("2026-03-02 12:00"))
    assert (decision.reason, decision.rule) == (Reason.NOT_PERMITTED_AT_THIS_TIME, Rule.CONTRACT_HOURS)
    assert OFF_PEAK_GYM.tap(at("2026-03-02 14:00")).is_granted


def test_who_came_in_off_peak_may_leave_at_any_hour() -> None:
    assert OFF_PEAK_GYM.leave(at("2026-03-02 20:00")).is_granted


def test_a_window_over_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    friday_night = Schedule("s", "", ((), (), (), (), (hours(22, 26),), (), ()))
    gym = Gym(schedules=(friday_night,), levels=(level("l", ("club", "s")),)).with_contract(level_id="l")
    assert gym.tap(at("2026-03-06 22:00")).is_granted
    assert gym.tap(at("2026-03-07 01:59:59")).is_granted
    assert not gym.tap(at("2026-03-07 02:00")).is_granted
    assert not gym.tap(at("2026-03-06 01:00")).is_granted


def test_a_whole_day_is_from_midnight_to_midnight() -> None:
    gym = gym_open((0, 24))
    assert gym.tap(at("2026-03-02 00:00")).is_granted
    assert gym.tap(at("2026-03-02 23:59:59")).is_granted


def test_a_holiday_has_its_own_hours() -> None:
    gym = Gym(
        schedules=(weekly("s", hours(6, 22), holiday=(hours(9, 13),)),),
        levels=(level("l", ("club", "s")),),
        special_days={20261225: "holiday"},
    ).with_contract(level_id="l")
    assert gym.tap(at("2026-12-25 09:00")).is_granted
    assert not gym.tap(at("2026-12-25 13:00")).is_granted
    assert gym.tap(at("2026-12-24 13:00")).is_granted


def test_a_special_day_that_the_hours_do_not_know_is_a_day_closed() -> None:
    gym = Gym(
        schedules=(weekly("s", hours(6, 22)),), levels=(level("l", ("club", "s")),), special_days={20260302: "strike"}
    ).with_contract(level_id="l")
    assert not gym.tap(NOON).is_granted


def test_the_night_before_a_holiday_runs_into_it() -> None:
    gym = Gym(
        schedules=(weekly("s", hours(18, 26)),), levels=(level("l", ("club", "s")),), special_days={20260303: "holiday"}
    ).with_contract(level_id="l")
    assert gym.tap(at("2026-03-03 01:00")).is_granted
    assert not gym.tap(at("2026-03-03 19:00")).is_granted


def test_a_day_that_the_weekly_hours_do_not_name_is_closed() -> None:
    monday_alone = Schedule("s", "", ((hours(6, 22),),))
    gym = Gym(schedules=(monday_alone,), levels=(level("l", ("club", "s")),)).with_contract(level_id="l")
    assert gym.tap(at("2026-03-02 12:00")).is_granted
    assert not gym.tap(at("2026-03-03 12:00")).is_granted


def test_when_the_clock_is_put_forward_the_missing_hour_is_nobodys() -> None:
    gym = gym_open((2, 4))
    assert not gym.tap(at("2026-03-29 03:00") - 1).is_granted, "01:59:59, and the next second is 03:00"
    assert gym.tap(at("2026-03-29 03:00")).is_granted
    assert not gym.tap(at("2026-03-29 04:00")).is_granted


def test_when_the_clock_is_put_back_the_hour_that_comes_twice_is_open_twice() -> None:
    gym = gym_open((2, 3))
    assert gym.tap(at("2026-10-25 02:30", fold=0)).is_granted
    assert gym.tap(at("2026-10-25 02:30", fold=1)).is_granted
    assert not gym.tap(at("2026-10-25 03:00")).is_granted


def test_a_zone_granted_twice_is_open_in_either_hours() -> None:
    gym = Gym(
        schedules=(weekly("a", hours(6, 8)), weekly("b", hours(20, 22))),
        levels=(level("l", ("club", "a"), ("club", "b")),),
    ).with_contract(level_id="l")
    assert gym.tap(at("2026-03-02 07:00")).is_granted
    assert gym.tap(at("2026-03-02 21:00")).is_granted
    assert not gym.tap(NOON).is_granted


def test_a_level_without_hours_is_open_at_any_hour_also_while_the_clock_is_not_trusted() -> None:
    gym = Gym(levels=(level("l", ("club", "")),)).with_contract(level_id="l")
    assert gym.tap(at("2026-03-02 03:00"), is_clock_trusted=False).is_granted


def test_hours_count_as_closed_while_the_clock_is_not_trusted() -> None:
    assert OFF_PEAK_GYM.tap(at("2026-03-02 07:00"), is_clock_trusted=False).reason is Reason.CLOCK_UNTRUSTED
    ignoring = OFF_PEAK_GYM.with_rules(clock_policy="ignore_times")
    assert ignoring.tap(at("2026-03-02 07:00"), is_clock_trusted=False).is_granted


def test_hours_that_the_state_does_not_contain_are_closed() -> None:
    gym = Gym(levels=(level("l", ("club", "gone")),)).with_contract(level_id="l")
    assert gym.tap().reason is Reason.NOT_PERMITTED_AT_THIS_TIME


def test_a_plan_without_the_spa_leads_into_the_club_and_not_into_the_spa() -> None:
    gym = Gym(levels=(level("l", ("club", "")),)).with_contract(level_id="l")
    assert gym.tap(lane_id="door").is_granted
    decision = gym.tap(lane_id="steam")
    assert (decision.reason, decision.rule) == (Reason.ZONE_NOT_PERMITTED, Rule.CONTRACT_ZONE)


def test_a_level_that_the_state_does_not_contain_leads_nowhere() -> None:
    assert Gym().with_contract(level_id="gone").tap().reason is Reason.ZONE_NOT_PERMITTED


def test_a_lane_without_a_place_asks_for_no_level() -> None:
    assert Gym().with_contract(level_id="gone").tap(lane_id="unplaced").is_granted
