"""Whole frames of other implementations, byte for byte.

Sources: libosdp's unit tests (test-cp-phy.c: POLL and ID to address 0x65) and the SIA's own trace
libosdp-conformance/test/osdpcap-tests/2-lstatr-power.osdpcap (recorded 2023-08-27).
"""

import pytest

from firmware_protocol.osdp.commands import IdRequest, Poll, parse_commands
from firmware_protocol.osdp.frame import Frame, parse_frame
from firmware_protocol.osdp.osdpcap import Direction, parse_trace_entry
from firmware_protocol.osdp.replies import LocalStatus, parse_reply

TRACE = """\
{ "timeSec" : "1693167786", "timeNano" : "033907099", "io" : "in", \
"data" : " ff 53 00 08 00 04 60 eb aa", "osdpTraceVersion":"1", "osdpSource":"libosdp-conformance 1.33-2" }
{ "timeSec" : "1693167786", "timeNano" : "036554064", "io" : "out", \
"data" : " ff 53 80 0a 00 04 48 00 01 0f a1", "osdpTraceVersion":"1", "osdpSource":"libosdp-conformance 1.33-2" }"""


@pytest.mark.parametrize(
    ("command", "expected"),
    [(Poll(), "FF536508000460 6090"), (IdRequest(), "FF53650900046100 D97A")],
)
def test_commands_to_address_0x65_are_encoded_as_by_libosdp(command: Poll | IdRequest, expected: str) -> None:
    frame = Frame(0x65, False, 0, command.CODE, command.encode())
    assert frame.encode_with_mark() == bytes.fromhex(expected)


def test_the_trace_of_the_sia_shows_a_poll_and_a_power_failure() -> None:
    poll, status = (parse_trace_entry(line) for line in TRACE.splitlines())
    assert poll.direction is Direction.IN
    assert poll.at_ns == 1_693_167_786_033_907_099
    frame = parse_frame(poll.data[1:])
    assert parse_commands(frame.code, frame.payload) == (Poll(),)
    frame = parse_frame(status.data[1:])
    assert (frame.address, frame.is_reply, frame.sequence) == (0, True, 0)
    assert parse_reply(frame.code, frame.payload) == LocalStatus(is_tampered=False, is_power_failing=True)
