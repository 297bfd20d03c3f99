import msgspec
import pytest

from sync_protocol.codec import PAYLOAD_BYTES_MAX, encode_message, parse_message
from sync_protocol.errors import (
    MalformedMessageError,
    MessageTooLargeError,
    UnknownKindError,
    UnknownVersionError,
)
from sync_protocol.journal_events import SealedEvent
from sync_protocol.messages import CloudHeartbeat, EventBatch, Heartbeat, OutboxRange

BEAT = Heartbeat("boot", 3, 7, b"root", OutboxRange(1, 4), "synced", 1)


def test_a_message_is_read_as_it_was_written() -> None:
    assert parse_message(encode_message(BEAT), "up", "heartbeat") == BEAT


def test_both_heartbeats_are_told_apart_by_their_direction() -> None:
    down = CloudHeartbeat(1, 2, b"root")
    assert parse_message(encode_message(down), "down", "heartbeat") == down
    with pytest.raises(MalformedMessageError):
        parse_message(encode_message(down), "up", "heartbeat")


def test_a_message_on_the_topic_of_another_kind_is_refused_by_name() -> None:
    with pytest.raises(UnknownKindError, match="'heartbeat' is not expected on the topic up/hello"):
        parse_message(encode_message(BEAT), "up", "hello")


def test_a_message_that_only_goes_down_does_not_come_up() -> None:
    with pytest.raises(UnknownKindError):
        parse_message(msgspec.msgpack.encode((1, "delta", {})), "up", "delta")


def test_an_unknown_version_is_refused_by_name_whatever_its_body_is() -> None:
    with pytest.raises(UnknownVersionError, match="version 2, this side speaks version 1") as refused:
        parse_message(msgspec.msgpack.encode((2, "hello", ["another", "shape"])), "up", "hello")
    assert (refused.value.version, refused.value.kind, refused.value.known) == (2, "hello", 1)


def test_fields_of_a_newer_minor_version_are_passed_over() -> None:
    fields = {**msgspec.to_builtins(BEAT, builtin_types=(bytes,)), "moon_phase": "full"}
    assert parse_message(msgspec.msgpack.encode((1, "heartbeat", fields)), "up", "heartbeat") == BEAT


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00", b"\x93\x01", b"\xc1", b"{}", b"\x93\x01\xa5\x80ello\x80", b"\x93\x01\xa5hello\x80", b"\x91" * 5000],
)
def test_rubbish_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedMessageError):
        parse_message(data, "up", "hello")


def test_a_payload_beyond_64_kib_is_refused_unread() -> None:
    with pytest.raises(MessageTooLargeError):
        parse_message(bytes(PAYLOAD_BYTES_MAX + 1), "up", "hello")


def test_a_message_beyond_64_kib_cannot_be_written() -> None:
    batch = EventBatch("e", (SealedEvent(0, bytes(PAYLOAD_BYTES_MAX), bytes(32)),))
    with pytest.raises(MessageTooLargeError, match="events"):
        encode_message(batch)
