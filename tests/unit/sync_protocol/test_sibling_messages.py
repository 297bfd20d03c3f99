"""What siblings say survives the wire; numbers that contradict each other and names without end do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol.errors import MalformedMessageError, MessageTooLargeError
from sync_protocol.journal_events import AccessTaken, AnonymousPassage
from sync_protocol.sibling_messages import (
    PASSAGES_MAX,
    SEQ_MAX,
    PassagesWanted,
    SharedPassage,
    SharedPassages,
    encode_sibling_message,
    parse_sibling_message,
)
from sync_protocol.topics import SideTopic, is_side_topic, parse_side_topic, side_filter


def passage(seq: int, member_id: str = "anna") -> SharedPassage:
    return SharedPassage(seq, "boot", 1, 2, "synced", AccessTaken("tap", "lan_a", "in", member_id, zone_id="zon_a"))


UNNAMED = SharedPassage(7, "boot", 1, 2, "floor", AnonymousPassage("lan_a", "out", "exit_request"))


@pytest.mark.parametrize(
    "message",
    [
        SharedPassages("epoch", 3, 8, 9, "boot", 5, (passage(4), UNNAMED)),
        SharedPassages("epoch", -1, -1, -1, "boot", 5),
        PassagesWanted("epoch", 3),
    ],
)
def test_a_message_survives_the_wire(message: SharedPassages | PassagesWanted) -> None:
    assert parse_sibling_message(encode_sibling_message(message)) == message


@pytest.mark.parametrize(
    "message",
    [
        SharedPassages("epoch", 3, 8, 9, "boot", 5, (passage(3),)),
        SharedPassages("epoch", 3, 8, 9, "boot", 5, (passage(9),)),
        SharedPassages("epoch", 3, 8, 9, "boot", 5, (passage(6), passage(5))),
        SharedPassages("epoch", 3, 2, 9, "boot", 5),
        SharedPassages("epoch", 3, 9, 8, "boot", 5),
        SharedPassages("epoch", 3, 8, SEQ_MAX + 1, "boot", 5),
        SharedPassages("epoch", 3, 500, 500, "boot", 5, tuple(map(passage, range(4, PASSAGES_MAX + 5)))),
        SharedPassages("epoch", 3, 8, 9, "boot", 5, (passage(5, "a" * 65),)),
        PassagesWanted("e" * 65, 3),
    ],
)
def test_what_contradicts_itself_or_is_too_long_is_refused(message: SharedPassages | PassagesWanted) -> None:
    with pytest.raises(MalformedMessageError):
        parse_sibling_message(encode_sibling_message(message))


def test_more_than_a_message_can_hold_is_the_sender_s_mistake() -> None:
    with pytest.raises(MessageTooLargeError):
        encode_sibling_message(PassagesWanted("e" * 70_000, 1))


@given(st.binary(max_size=300))
def test_any_bytes_make_a_message_or_one_error(data: bytes) -> None:
    try:
        parse_sibling_message(data)
    except MalformedMessageError:
        return


def test_a_mailbox_has_a_receiver_and_a_sender() -> None:
    topic = SideTopic("sit_a", "gwy_b", "gwy_a")
    assert str(topic) == "tornello/1/sit_a/gwy_b/side/gwy_a"
    assert parse_side_topic(str(topic)) == topic
    assert side_filter("sit_a", "gwy_b") == "tornello/1/sit_a/gwy_b/side/+"
    assert is_side_topic(str(topic))
    assert not is_side_topic("tornello/1/sit_a/gwy_b/down/welcome")


_GOLDEN_PASSAGES = (
    "920188a46b696e64a87061737361676573a565706f6368a565706f6368a961667465725f73657103a87570746f5f73657108aa6e"
    "65776573745f73657109a7626f6f745f6964a4626f6f74ac6d6f6e6f746f6e69635f6d7305a870617373616765739286a3736571"
    "04a7626f6f745f6964a4626f6f74ac6d6f6e6f746f6e69635f6d7301a777616c6c5f6d7302a5636c6f636ba673796e636564a462"
    "6f647986a56576656e74ac6163636573735f74616b656ea67461705f6964a3746170a76c616e655f6964a56c616e5f61a9646972"
    "656374696f6ea2696ea96d656d6265725f6964a4616e6e61a77a6f6e655f6964a57a6f6e5f6186a373657107a7626f6f745f6964"
    "a4626f6f74ac6d6f6e6f746f6e69635f6d7301a777616c6c5f6d7302a5636c6f636ba5666c6f6f72a4626f647984a56576656e74"
    "b1616e6f6e796d6f75735f70617373616765a76c616e655f6964a56c616e5f61a9646972656374696f6ea36f7574a56361757365"
    "ac657869745f72657175657374"
)
_GOLDEN_WANTED = "920183a46b696e64a677616e746564a565706f6368a565706f6368a961667465725f73657103"


@pytest.mark.parametrize(
    ("message", "golden"),
    [
        (SharedPassages("epoch", 3, 8, 9, "boot", 5, (passage(4), UNNAMED)), _GOLDEN_PASSAGES),
        (PassagesWanted("epoch", 3), _GOLDEN_WANTED),
    ],
)
def test_the_bytes_are_what_gateways_in_the_field_speak(message: SharedPassages | PassagesWanted, golden: str) -> None:
    assert encode_sibling_message(message).hex() == golden
    assert parse_sibling_message(bytes.fromhex(golden)) == message
