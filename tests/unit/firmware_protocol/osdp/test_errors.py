from firmware_protocol.osdp.errors import (
    CommandRefusedError,
    FileTransferError,
    LocalProtocolError,
    OsdpError,
    QueueFullError,
    RemoteProtocolError,
    SecurityError,
    SecurityFailure,
    UnknownReaderError,
)


def test_an_error_says_whose_fault_it_is() -> None:
    assert issubclass(QueueFullError, LocalProtocolError)
    assert issubclass(SecurityError, RemoteProtocolError)
    assert issubclass(LocalProtocolError, OsdpError)
    assert issubclass(RemoteProtocolError, OsdpError)


def test_an_error_carries_what_it_is_about() -> None:
    assert UnknownReaderError(7).address == 7
    assert FileTransferError(-2).detail == -2
    assert SecurityError(SecurityFailure.WRONG_MAC).failure is SecurityFailure.WRONG_MAC


def test_a_refusal_names_its_reason_even_when_the_standard_has_none() -> None:
    assert "UNKNOWN_COMMAND" in str(CommandRefusedError(3))
    assert "reserved" in str(CommandRefusedError(200))
