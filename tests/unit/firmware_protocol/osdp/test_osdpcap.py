import pytest

from firmware_protocol.osdp.commands import KeySet, Poll
from firmware_protocol.osdp.frame import Frame, parse_frame
from firmware_protocol.osdp.osdpcap import (
    Direction,
    TraceEntry,
    TraceError,
    TraceRecorder,
    encode_trace_entry,
    parse_trace_entry,
)

KEYSET = KeySet(b"k" * 16)
FRAME = Frame(1, False, 1, KEYSET.CODE, KEYSET.encode())
POLL = Frame(1, False, 0, Poll.CODE)


def record(data: bytes, *, has_keys: bool = False) -> list[TraceEntry]:
    recorder = TraceRecorder(baud=9600, source="test", has_keys=has_keys)
    return list(recorder.record(Direction.OUT, data, now=1.0, at_ns=5))


def test_an_entry_is_read_back_as_it_was_written() -> None:
    entry = TraceEntry(1_700_000_000_000_000_001, Direction.IN, b"\xff\x53", "tornello")
    line = encode_trace_entry(entry)
    assert '"timeNano": "000000001"' in line
    assert parse_trace_entry(line) == entry


def test_entries_of_recorders_that_write_input_and_output_are_read() -> None:
    line = '{"timeSec": "1", "timeNano": "2", "io": "output", "data": "ff", "osdpTraceVersion": "1"}'
    assert parse_trace_entry(line) == TraceEntry(1_000_000_002, Direction.OUT, b"\xff")


@pytest.mark.parametrize(
    "line",
    ["", "[]", "1", "{}", '{"timeSec": "x", "timeNano": "0", "io": "in", "data": ""}', "[" * 100_000]
    + [
        f'{{"timeSec": "0", "timeNano": "0", "io": {io}, "data": {data}}}'
        for io, data in (("1", '""'), ('"in"', "2"), ('"up"', '""'))
    ],
)
def test_anything_else_is_refused(line: str) -> None:
    with pytest.raises(TraceError):
        parse_trace_entry(line)


def test_frames_are_recorded_whole_and_garbage_left_out() -> None:
    assert record(b"\x00" + POLL.encode_with_mark() + b"\x99") == [TraceEntry(5, Direction.OUT, POLL.encode(), "test")]


def test_a_key_is_not_recorded_unless_asked_for() -> None:
    (entry,) = record(FRAME.encode())
    assert b"kkkk" not in entry.data
    assert parse_frame(entry.data).code == KEYSET.CODE
    (entry,) = record(FRAME.encode(), has_keys=True)
    assert entry.data == FRAME.encode()


def test_a_reply_with_the_number_of_the_key_command_is_recorded() -> None:
    reply = Frame(1, True, 1, KEYSET.CODE, b"data")
    assert record(reply.encode())[0].data == reply.encode()
