"""A tap with a wall behind it: answered as a real one, without any trace."""

import pytest

from gateway.domain.access_point import AccessPoint, ReaderKey
from gateway.service.dry_tap import DryTap, WrongDecisionError
from gateway.service.ports import CodePresented
from tests.fake_clock import FakeClock
from tests.gate_fakes import FakeJournal, FakeState, unhashed_knowledge

ENTRY = AccessPoint("lan_a", "in")


def dry_tap(state: FakeState, journal: FakeJournal) -> DryTap:
    return DryTap(unhashed_knowledge(state, FakeClock()), journal)


def test_a_stranger_is_answered_with_the_reason_and_the_words_and_nothing_is_recorded() -> None:
    journal = FakeJournal()
    answer = dry_tap(FakeState(), journal).present(CodePresented(ReaderKey("desk"), b"x", 0.0), ENTRY)
    assert (answer.record["reason"], answer.record["lane_id"]) == ("credential_not_found", "lan_a")
    assert answer.record["display"] == ["Tessera ignota", "Vai in reception"]
    assert answer.would_unlock == ()
    assert journal.bodies == []


def test_the_tap_for_nobody_leaves_no_record_either() -> None:
    journal = FakeJournal()
    assert dry_tap(FakeState(), journal).tap_for_nobody() >= 0
    assert journal.bodies == []


def test_a_look_up_that_fails_is_not_hidden() -> None:
    class BrokenState(FakeState):
        def find_gate_view(self, credential_hash: str) -> object:  # type: ignore[override]
            raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        dry_tap(BrokenState(), FakeJournal()).tap_for_nobody()


def test_a_decision_that_lets_everybody_in_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    tap = dry_tap(FakeState(), FakeJournal())
    answer = tap.present(CodePresented(ReaderKey("desk"), b"x", 0.0), ENTRY)
    wrong = type(answer)({**answer.record, "outcome": "allow"}, ("in",))
    monkeypatch.setattr(tap, "present", lambda *_: wrong)
    with pytest.raises(WrongDecisionError, match="nobody"):
        tap.tap_for_nobody()
