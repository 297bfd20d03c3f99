"""A self-test on the wire: within its bounds, and no trouble for who does not know it."""

from sync_protocol.codec import encode_message, parse_message
from sync_protocol.messages import Heartbeat, OutboxRange
from sync_protocol.self_test import (
    OUTCOMES_MAX,
    TEXT_MAX,
    CheckOutcome,
    SelfTestReport,
    fit_for_wire,
    is_sound,
)

REPORT = SelfTestReport(1_795_000_000_123, (CheckOutcome("reader", "bad", "reader_offline", "entry", "42 ms"),))


def beat(report: SelfTestReport | None = None, disk_fault: str | None = None) -> Heartbeat:
    return Heartbeat("boot", 1, 2, bytes(16), OutboxRange(0, 1), "synced", 3, (), disk_fault, report)


def test_a_heartbeat_carries_a_self_test_and_comes_back_the_same() -> None:
    sent = beat(REPORT, "full")
    assert parse_message(encode_message(sent), "up", "heartbeat") == sent


def test_a_heartbeat_without_news_is_not_a_byte_longer_than_it_ever_was() -> None:
    assert b"self_test" not in encode_message(beat())
    assert b"disk_fault" not in encode_message(beat())


def test_what_does_not_fit_into_a_message_is_cut() -> None:
    outcome = CheckOutcome("disk", "bad", "disk_fault", measured="two\nlines\x00" + "é" * 100)
    fitted = fit_for_wire(SelfTestReport(1, (outcome,) * (OUTCOMES_MAX + 5)))
    assert len(fitted.outcomes) == OUTCOMES_MAX
    assert fitted.outcomes[0].measured.startswith("two lines é")
    assert len(fitted.outcomes[0].measured) == TEXT_MAX


def test_warnings_and_what_was_not_tested_do_not_fail_a_self_test() -> None:
    assert is_sound((CheckOutcome("a", "good"), CheckOutcome("b", "warning"), CheckOutcome("c", "not_tested")))
    assert not is_sound(REPORT.outcomes)
