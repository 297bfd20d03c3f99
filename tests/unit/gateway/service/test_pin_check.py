"""A card's PIN, the one under duress, and how often it may be wrong."""

from access_policy.credential import Credential
from access_policy.facts import PinEntry
from gateway.service.pin_check import HOLD_OFF_S, WATCHED_MAX, WRONG_MAX, WRONG_WITHIN_S, PinCheck


def card(number: int = 1, pin: str = "1234", duress_pin: str = "1235") -> Credential:
    name = f"card-{number}"
    return Credential(
        name, "mem_a", pin_hash=pin and f"{name}/{pin}", duress_pin_hash=duress_pin and f"{name}/{duress_pin}"
    )


def checking() -> PinCheck:
    return PinCheck(lambda credential_hash, pin: f"{credential_hash}/{pin}")


def type_wrong(check: PinCheck, times: int, *, at: float = 0.0, number: int = 1) -> list[PinEntry]:
    return [check.judge(card(number), "0000", at) for _ in range(times)]


def test_a_pin_is_right_wrong_under_duress_or_not_there() -> None:
    check = checking()
    assert check.judge(card(), "1234", 0.0) == "right"
    assert check.judge(card(), "1235", 0.0) == "duress"
    assert check.judge(card(), "1236", 0.0) == "wrong"
    assert check.judge(card(), None, 0.0) == "none"


def test_what_is_typed_before_a_card_without_pin_or_an_unknown_one_means_nothing() -> None:
    assert checking().judge(card(pin="", duress_pin=""), "1234", 0.0) == "none"
    assert checking().judge(None, "1234", 0.0) == "none"


def test_a_card_without_a_duress_pin_has_none() -> None:
    assert checking().judge(card(duress_pin=""), "", 0.0) == "wrong"


def test_five_wrong_pins_hold_the_card_off_for_a_minute_whatever_is_typed() -> None:
    check = checking()
    assert type_wrong(check, WRONG_MAX) == ["wrong"] * WRONG_MAX
    assert check.judge(card(), "1234", HOLD_OFF_S - 0.1) == "held_off"
    assert check.judge(card(2), "1234", 1.0) == "right"
    assert check.judge(card(), "1234", HOLD_OFF_S) == "right"


def test_after_the_hold_off_there_are_five_tries_again() -> None:
    check = checking()
    type_wrong(check, WRONG_MAX)
    assert type_wrong(check, WRONG_MAX, at=HOLD_OFF_S) == ["wrong"] * WRONG_MAX
    assert type_wrong(check, 1, at=HOLD_OFF_S) == ["held_off"]


def test_wrong_pins_far_apart_hold_nothing_off() -> None:
    check = checking()
    type_wrong(check, WRONG_MAX - 1)
    assert type_wrong(check, 1, at=WRONG_WITHIN_S) == ["wrong"]
    assert check.judge(card(), "1234", WRONG_WITHIN_S) == "right"


def test_a_right_pin_forgets_the_wrong_ones() -> None:
    check = checking()
    type_wrong(check, WRONG_MAX - 1)
    check.judge(card(), "1234", 1.0)
    type_wrong(check, WRONG_MAX - 1)
    assert check.judge(card(), "1234", 1.0) == "right"


def test_of_too_many_cards_with_wrong_pins_the_longest_ago_is_forgotten() -> None:
    check = checking()
    type_wrong(check, WRONG_MAX - 1, number=0)
    type_wrong(check, WRONG_MAX - 1, number=1)
    for number in range(2, WATCHED_MAX + 1):
        type_wrong(check, 1, number=number)
    type_wrong(check, 1, number=1)
    type_wrong(check, 1, number=0)
    assert check.judge(card(0), "1234", 0.0) == "right"
    assert check.judge(card(1), "1234", 0.0) == "held_off"
