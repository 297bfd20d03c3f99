from provisioning.virtual_turnstile.arm import (
    PASS_PULSE_S,
    TURN_S,
    Arm,
    ArmEvent,
    ArmLocked,
    ArmPosition,
    Bumped,
    PassContact,
    TurnStarted,
)


def drain(arm: Arm) -> list[ArmEvent]:
    events = []
    while (event := arm.next_event()) is not None:
        events.append(event)
    return events


def position(arm: Arm) -> ArmPosition:
    return arm.position


def freed_arm(*, at: float = 0.0) -> Arm:
    arm = Arm(passage_window_s=5.0)
    arm.switch_relay("in", is_closed=True, now=at)
    arm.switch_relay("in", is_closed=False, now=at + 0.5)
    return arm


def test_a_locked_arm_only_bumps() -> None:
    arm = Arm(passage_window_s=5.0)
    arm.push("in", now=1.0)
    assert drain(arm) == [Bumped("in")]
    assert position(arm) is ArmPosition.LOCKED
    assert arm.next_deadline() is None


def test_an_arm_turns_after_the_relays_pulse_within_the_passage_window() -> None:
    arm = freed_arm()
    assert position(arm) is ArmPosition.FREE
    arm.push("in", now=4.9)
    assert drain(arm) == [TurnStarted("in")]
    assert position(arm) is ArmPosition.TURNING
    assert arm.turning_direction == "in"


def test_the_pass_contact_pulses_at_the_end_of_a_turn() -> None:
    arm = freed_arm()
    arm.push("in", now=1.0)
    drain(arm)
    assert arm.next_deadline() == 1.0 + TURN_S
    arm.handle_timer(1.0 + TURN_S)
    assert drain(arm) == [PassContact("in", is_closed=True)]
    assert position(arm) is ArmPosition.LOCKED
    arm.handle_timer(1.0 + TURN_S + PASS_PULSE_S)
    assert drain(arm) == [PassContact("in", is_closed=False)]
    assert arm.next_deadline() is None


def test_one_pulse_of_the_relay_is_good_for_one_turn() -> None:
    arm = freed_arm()
    arm.push("in", now=1.0)
    arm.push("in", now=2.0)
    assert drain(arm)[-1] == Bumped("in")


def test_an_arm_in_the_middle_of_a_turn_bumps_the_next_person() -> None:
    arm = freed_arm()
    arm.push("in", now=1.0)
    arm.push("in", now=1.1)
    assert drain(arm) == [TurnStarted("in"), Bumped("in")]


def test_the_other_direction_stays_locked() -> None:
    arm = freed_arm()
    arm.push("out", now=1.0)
    assert drain(arm) == [Bumped("out")]
    assert arm.free_directions == ("in",)


def test_an_arm_locks_when_nobody_passes_within_the_window() -> None:
    arm = freed_arm()
    assert arm.next_deadline() == 5.0
    arm.handle_timer(5.0)
    assert drain(arm) == [ArmLocked("in")]
    arm.push("in", now=5.0)
    assert drain(arm) == [Bumped("in")]


def test_a_relay_held_closed_lets_people_through_one_after_the_other() -> None:
    arm = Arm(passage_window_s=1.0)
    arm.switch_relay("out", is_closed=True, now=0.0)
    arm.push("out", now=3.0)
    arm.push("out", now=4.0)
    turns = [event for event in drain(arm) if isinstance(event, TurnStarted)]
    assert turns == [TurnStarted("out"), TurnStarted("out")]


def test_a_repeated_word_about_a_closed_relay_does_not_prolong_the_window() -> None:
    arm = Arm(passage_window_s=1.0)
    arm.switch_relay("in", is_closed=True, now=0.0)
    arm.switch_relay("in", is_closed=True, now=0.9)
    arm.switch_relay("in", is_closed=False, now=0.95)
    arm.push("in", now=1.5)
    assert drain(arm) == [ArmLocked("in"), Bumped("in")]


def test_a_grant_during_a_turn_is_good_for_the_next_person() -> None:
    arm = freed_arm()
    arm.push("in", now=1.0)
    arm.switch_relay("in", is_closed=True, now=1.2)
    arm.switch_relay("in", is_closed=False, now=1.5)
    arm.push("in", now=2.0)
    assert [event for event in drain(arm) if isinstance(event, TurnStarted)] == [TurnStarted("in")] * 2


def test_a_dropped_arm_neither_turns_nor_bumps() -> None:
    arm = freed_arm()
    arm.drop()
    arm.push("in", now=1.0)
    assert drain(arm) == []
    assert position(arm) is ArmPosition.DROPPED
    arm.lift()
    assert position(arm) is ArmPosition.FREE


def test_a_late_timer_gives_the_events_in_the_order_in_which_they_were_due() -> None:
    arm = freed_arm()
    arm.push("in", now=1.0)
    arm.switch_relay("out", is_closed=True, now=1.1)
    arm.switch_relay("out", is_closed=False, now=1.2)
    arm.handle_timer(60.0)
    assert drain(arm) == [
        TurnStarted("in"),
        PassContact("in", is_closed=True),
        PassContact("in", is_closed=False),
        ArmLocked("out"),
    ]


def test_a_relay_is_seen_as_the_gateway_set_it() -> None:
    arm = Arm(passage_window_s=1.0)
    arm.switch_relay("in", is_closed=True, now=0.0)
    assert arm.is_relay_closed("in")
    assert not arm.is_relay_closed("out")
    arm.switch_relay("in", is_closed=False, now=0.1)
    assert not arm.is_relay_closed("in")


def test_force_turns_a_locked_arm_and_its_contact_tells() -> None:
    arm = Arm(passage_window_s=5.0)
    arm.force("out", now=1.0)
    arm.force("out", now=1.1)
    arm.handle_timer(1.0 + TURN_S)
    assert drain(arm) == [TurnStarted("out"), Bumped("out"), PassContact("out", is_closed=True)]


def test_force_leaves_a_way_free_that_was_free() -> None:
    arm = freed_arm()
    arm.force("in", now=1.0)
    assert arm.free_directions == ("in",)


def test_a_jam_on_the_way_keeps_the_contact_closed_until_it_is_over() -> None:
    arm = freed_arm()
    arm.push("in", now=1.0)
    arm.jam(now=1.2)
    arm.jam(now=1.3)
    arm.push("in", now=1.4)
    assert drain(arm) == [TurnStarted("in"), PassContact("in", is_closed=True), Bumped("in")]
    assert position(arm) is ArmPosition.JAMMED
    arm.unjam(now=60.0)
    arm.unjam(now=61.0)
    assert drain(arm) == [PassContact("in", is_closed=False)]
    assert position(arm) is ArmPosition.LOCKED


def test_a_jam_right_after_a_turn_holds_the_contact_that_is_closed_already() -> None:
    arm = freed_arm()
    arm.push("in", now=1.0)
    arm.jam(now=1.0 + TURN_S + PASS_PULSE_S / 2)
    arm.handle_timer(60.0)
    assert drain(arm) == [TurnStarted("in"), PassContact("in", is_closed=True)]
