import pytest

from firmware_protocol.osdp.frame import Frame
from firmware_protocol.osdp.frame_reader import FrameReader

POLL = Frame(1, False, 0, 0x60)
TEXT = Frame(2, True, 1, 0x6B, b"SSS text")


def read(reader: FrameReader, data: bytes, now: float = 0.0) -> list[Frame]:
    return [frame for frame, _ in reader.receive_bytes(data, now)]


@pytest.mark.parametrize("chunk_size", [1, 2, 3, 7, 100])
def test_frames_are_found_in_any_chunks(chunk_size: int) -> None:
    reader = FrameReader(0.02)
    data = POLL.encode_with_mark() + TEXT.encode_with_mark()
    found = []
    for start in range(0, len(data), chunk_size):
        found += read(reader, data[start : start + chunk_size])
    assert found == [POLL, TEXT]
    assert reader.next_deadline() is None


@pytest.mark.parametrize(
    "garbage", [b"\xff" * 9, b"\x00\x01", b"SS", b"S\x01\x03\x00", b"S\x01\xff\xff", b"S\x01\x09\x00\x04"]
)
def test_a_frame_after_garbage_is_found(garbage: bytes) -> None:
    reader = FrameReader(0.02)
    found = read(reader, garbage + TEXT.encode())
    found += [frame for frame, _ in reader.handle_timer(0.02)]
    assert found == [TEXT]
    assert reader.bytes_skipped == len(garbage)


def test_a_garbled_frame_is_skipped_and_the_next_one_found() -> None:
    reader = FrameReader(0.02)
    broken = bytearray(POLL.encode())
    broken[-1] ^= 1
    assert read(reader, bytes(broken) + POLL.encode()) == [POLL]
    assert reader.bytes_skipped == len(broken)


def test_a_frame_that_stops_half_way_is_given_up_after_the_time_out() -> None:
    reader = FrameReader(0.02)
    assert read(reader, TEXT.encode()[:9], 1.0) == []
    deadline = reader.next_deadline()
    assert deadline == 1.02
    assert list(reader.handle_timer(1.01)) == []
    assert reader.next_deadline() == deadline
    assert list(reader.handle_timer(deadline)) == []
    assert reader.next_deadline() is None


def test_a_process_that_was_held_up_still_reads_what_arrived_in_time() -> None:
    reader = FrameReader(0.02)
    raw = TEXT.encode()
    assert read(reader, raw[:5], 1.0) == []
    assert read(reader, raw[5:], 2.0) == [TEXT]


def test_a_frame_comes_with_its_own_bytes() -> None:
    reader = FrameReader(0.02)
    assert list(reader.receive_bytes(b"\x00" + POLL.encode_with_mark(), 0.0)) == [(POLL, POLL.encode())]


def test_an_unfinished_frame_can_be_given_up_and_hides_none_behind_it() -> None:
    reader = FrameReader(0.02)
    read(reader, TEXT.encode()[:9] + POLL.encode())
    assert [frame for frame, _ in reader.give_up()] == [POLL]
    assert reader.next_deadline() is None
    assert read(reader, POLL.encode()) == [POLL]


def test_the_buffer_holds_one_frame_at_most() -> None:
    reader = FrameReader(0.02)
    read(reader, b"S\x01\xa0\x05" * 10_000)
    assert len(reader._buffer) <= 1440


def test_a_reply_that_has_begun_can_be_told_from_anothers() -> None:
    reader = FrameReader(0.02)
    counts = []
    for byte in b"\x53\x81\x08":
        list(reader.receive_bytes(bytes((byte,)), 0.0))
        counts.append((reader.pending_from(1), reader.pending_from(2)))
    assert counts == [(1, 1), (2, 0), (3, 0)]


def test_nothing_is_no_byte() -> None:
    reader = FrameReader(0.02)
    list(reader.receive_bytes(b"\x53", 1.0))
    list(reader.receive_bytes(b"", 2.0))
    assert reader.last_byte_at == 1.0
