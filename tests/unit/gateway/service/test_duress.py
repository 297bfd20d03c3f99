import pytest

from gateway.service.duress import hide_duress
from gateway.service.recent_events import RecentEvents
from sync_protocol.journal_events import AccessDecided, DecisionFacts, JournalEvent


def event(pin: str, *signals: str) -> AccessDecided:
    facts = DecisionFacts("free", 1, is_clock_trusted=True, pin=pin)  # type: ignore[arg-type]
    return AccessDecided(
        "tap",
        "lan_a",
        "in",
        "entry",
        "0f" * 16,
        "allow",
        "granted",
        "contract",
        7,
        "mem_a",
        signals=signals,
        facts=facts,
    )


def test_a_pin_under_duress_looks_like_the_right_one() -> None:
    assert hide_duress(event("duress", "duress")) == event("right")


def test_everything_else_is_told() -> None:
    for told in (event("wrong"), event("none", "passback", "copied_credential")):
        assert hide_duress(told) == told
    assert hide_duress(event("duress", "duress", "passback")).signals == ("passback",)


def test_the_newest_events_hide_it_and_the_log_warns_of_every_other_signal(caplog: pytest.LogCaptureFixture) -> None:
    recent = RecentEvents()
    recent.take(JournalEvent(0, "boot", 1, 1, "synced", event("duress", "duress", "passback")))
    assert "duress" not in repr(recent.after(-1)) + repr(caplog.messages)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert caplog.messages == ["tap at entry by mem_a: passback"]
