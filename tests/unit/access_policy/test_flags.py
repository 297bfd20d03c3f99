"""Which flags act, and in what order."""

from access_policy.flags import Flag, judge_flags

NOW = 1_000


def flag(flag_id: str, effect: str = "message", **changes: object) -> Flag:
    return Flag(flag_id, "mem_a", "manual", effect, **changes)  # type: ignore[arg-type]


def test_the_block_with_the_highest_priority_wins() -> None:
    verdict = judge_flags([flag("a", "block"), flag("b", "block", priority=5), flag("c")], "turnstile", NOW)
    assert verdict.block is not None
    assert verdict.block.flag_id == "b"


def test_messages_are_shown_in_the_order_of_their_priority() -> None:
    verdict = judge_flags([flag("a", priority=1), flag("b", priority=9), flag("c", priority=5)], "turnstile", NOW)
    assert [each.flag_id for each in verdict.messages] == ["b", "c", "a"]
    assert verdict.block is None


def test_equal_priorities_are_settled_by_the_flags_id() -> None:
    verdict = judge_flags([flag("b", "block"), flag("a", "block")], "turnstile", NOW)
    assert verdict.block is not None
    assert verdict.block.flag_id == "a"


def test_a_flag_acts_on_its_kinds_of_device_only() -> None:
    assert flag("a", device_kinds=("locker",)).bearing_on("turnstile", NOW) == "other_device"
    assert flag("a", device_kinds=("locker", "turnstile")).bearing_on("turnstile", NOW) == "in_force"
    assert flag("a").bearing_on("turnstile", NOW) == "in_force"


def test_a_flag_acts_from_its_start_until_before_its_end() -> None:
    windowed = flag("a", starts_at=NOW, ends_at=NOW + 10)
    assert [windowed.bearing_on("turnstile", at) == "in_force" for at in (NOW - 1, NOW, NOW + 9, NOW + 10)] == [
        False,
        True,
        True,
        False,
    ]
