import pytest

from firmware_protocol.osdp.address_scan import AddressScan
from firmware_protocol.osdp.codes import ReplyCode
from firmware_protocol.osdp.errors import FieldRangeError
from firmware_protocol.osdp.events import Event, ReaderFound, ScanFinished
from firmware_protocol.osdp.frame import Frame, parse_frame
from firmware_protocol.osdp.replies import Identification


@pytest.mark.parametrize(
    ("code", "payload", "identification"),
    [
        (ReplyCode.PDID, Identification(1, 2, 3).encode(), Identification(1, 2, 3)),
        (ReplyCode.PDID, b"short", None),
        (ReplyCode.NAK, b"\x06", None),
    ],
)
def test_whoever_answers_is_found(code: ReplyCode, payload: bytes, identification: Identification | None) -> None:
    emitted: list[Event] = []
    scan = AddressScan([4, 5], emitted.append)
    assert parse_frame(scan.next_bytes()[1:]).address == scan.address == 4
    scan.handle_frame(Frame(4, True, 0, code, payload))
    assert emitted == [ReaderFound(4, identification)]
    assert not scan.is_finished
    scan.next_bytes()
    scan.handle_silence()
    assert emitted[1:] == [ScanFinished(5)]
    assert scan.is_finished


@pytest.mark.parametrize(("addresses", "message"), [([], "no address"), ([127], r"0\.\.126")])
def test_a_scan_of_wrong_addresses_is_refused(addresses: list[int], message: str) -> None:
    with pytest.raises(FieldRangeError, match=message):
        AddressScan(addresses, print)
