import pytest

from sync_protocol.errors import MalformedMessageError
from sync_protocol.journal_events import (
    CHAIN_START,
    GapRecorded,
    SealedEvent,
    chain_after,
    first_seq_covered,
    parse_event,
    seal_event,
    seal_gap,
)
from tests.journal_series import event_of, series


def test_an_event_is_read_as_it_was_sealed() -> None:
    event = event_of(7)
    assert parse_event(seal_event(event, CHAIN_START)) == event


def test_each_event_is_linked_to_the_one_before() -> None:
    first, second = series(2)
    assert first.chain == chain_after(CHAIN_START, first.content)
    assert second.chain == chain_after(first.chain, second.content)


def test_an_altered_event_breaks_the_chain() -> None:
    first, second = series(2)
    assert chain_after(chain_after(CHAIN_START, first.content + b"\x00"), second.content) != second.chain


def test_a_number_that_differs_inside_is_refused() -> None:
    sealed = seal_event(event_of(7), CHAIN_START)
    with pytest.raises(MalformedMessageError, match="says inside that it is 7"):
        parse_event(SealedEvent(8, sealed.content, sealed.chain))


@pytest.mark.parametrize("content", [b"", b"\xff", b"\x80", b"\x91" * 3000])
def test_rubbish_is_malformed(content: bytes) -> None:
    with pytest.raises(MalformedMessageError):
        parse_event(SealedEvent(1, content, CHAIN_START))


def test_a_gap_covers_what_it_stands_for_and_keeps_the_chain_of_the_last_one() -> None:
    events = series(5)
    gap = seal_gap(event_of(3, GapRecorded(0, {"gateway_started": 4})), events[3].chain)
    assert first_seq_covered(parse_event(gap)) == 0
    assert chain_after(gap.chain, events[4].content) == events[4].chain


def test_an_ordinary_event_covers_itself_alone() -> None:
    assert first_seq_covered(event_of(9)) == 9
