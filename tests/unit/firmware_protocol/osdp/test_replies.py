import pytest

from firmware_protocol.osdp.codes import ReplyCode
from firmware_protocol.osdp.errors import PayloadError, UnknownCodeError
from firmware_protocol.osdp.replies import REPLIES, Reply, parse_reply
from tests.unit.firmware_protocol.osdp import samples


def test_every_reply_of_the_standard_is_spoken() -> None:
    assert set(REPLIES) == set(ReplyCode)
    assert {type(reply) for reply, _ in samples.REPLIES} == set(REPLIES.values())


@pytest.mark.parametrize(("reply", "payload"), samples.REPLIES)
def test_a_reply_is_encoded_as_the_standard_says_and_read_back(reply: Reply, payload: str) -> None:
    assert reply.encode() == bytes.fromhex(payload)
    assert parse_reply(reply.CODE, bytes.fromhex(payload)) == reply


@pytest.mark.parametrize(("reply", "payload"), samples.REPLIES)
def test_a_reply_of_another_length_is_refused_or_means_something_else(reply: Reply, payload: str) -> None:
    whole = bytes.fromhex(payload)
    for other in (whole + b"\x00", *(whole[:size] for size in range(len(whole)))):
        try:
            assert parse_reply(reply.CODE, other) != reply
        except PayloadError:
            continue


def test_a_code_outside_the_standard_is_refused_by_name() -> None:
    with pytest.raises(UnknownCodeError, match="reply code 0x42"):
        parse_reply(0x42, b"")
