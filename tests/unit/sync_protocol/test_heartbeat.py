"""Heartbeats between gateways and clouds of different age."""

import msgspec

from sync_protocol.codec import encode_message, parse_message
from sync_protocol.messages import Heartbeat, LaneHealth, OutboxRange
from tests.vectors.sync import GOLDEN


class HeartbeatOfTheFirstVersion(msgspec.Struct, frozen=True):
    """What a cloud of the first version reads."""

    boot_id: str
    beat: int
    applied_revision: int
    digest_root: bytes
    outbox: OutboxRange
    clock: str
    wall_ms: int


UNEASY = Heartbeat(
    "boot",
    1,
    2,
    bytes(16),
    OutboxRange(0, 1),
    "synced",
    3,
    policy_fault="ValueError",
    lanes=(LaneHealth("lan_a", "jam", "lockdown", 1_795_000_000),),
)


def test_what_a_gateway_tells_of_its_lanes_comes_back_the_same() -> None:
    assert parse_message(encode_message(UNEASY), "up", "heartbeat") == UNEASY


def test_an_older_cloud_reads_a_newer_heartbeat_without_what_it_does_not_know() -> None:
    _, _, body = msgspec.msgpack.decode(encode_message(UNEASY), type=tuple[int, str, msgspec.Raw])
    found = msgspec.msgpack.decode(body, type=HeartbeatOfTheFirstVersion)
    assert (found.boot_id, found.wall_ms) == ("boot", 3)


def test_an_older_gateways_heartbeat_tells_of_no_lanes() -> None:
    beat = parse_message(encode_message(GOLDEN["up/heartbeat"]), "up", "heartbeat")
    assert isinstance(beat, Heartbeat)
    assert (beat.lanes, beat.policy_fault) == ((), None)


def test_a_heartbeat_of_a_lane_as_ever_is_not_a_byte_longer() -> None:
    assert b"lanes" not in encode_message(GOLDEN["up/heartbeat"])
    assert b"policy_fault" not in encode_message(GOLDEN["up/heartbeat"])
