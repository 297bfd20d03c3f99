import pytest

from firmware_protocol.serial_scanner import CODE_SIZE_MAX, SerialScanner


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"])
def test_a_line_is_a_code_however_it_ends(end: bytes) -> None:
    scanner = SerialScanner()
    assert list(scanner.receive_bytes(b"T1.abc" + end + b"T2" + end, 1.0)) == [b"T1.abc", b"T2"]


def test_a_code_arrives_in_pieces() -> None:
    scanner = SerialScanner()
    assert list(scanner.receive_bytes(b"T1", 1.0)) == []
    assert list(scanner.receive_bytes(b".abc\r", 1.01)) == [b"T1.abc"]


def test_silence_ends_a_code_of_a_scanner_that_sends_no_line_end() -> None:
    scanner = SerialScanner()
    assert scanner.next_deadline() is None
    assert list(scanner.receive_bytes(b"T1", 1.0)) == []
    deadline = scanner.next_deadline()
    assert deadline == 1.1
    assert list(scanner.handle_timer(1.05)) == []
    assert list(scanner.handle_timer(deadline)) == [b"T1"]
    assert list(scanner.handle_timer(2.0)) == []


def test_the_next_code_after_silence_does_not_join_the_one_before() -> None:
    scanner = SerialScanner()
    assert list(scanner.receive_bytes(b"T1", 1.0)) == []
    assert list(scanner.receive_bytes(b"T2\r", 5.0)) == [b"T1", b"T2"]


def test_an_overlong_line_is_dropped_and_the_next_one_read() -> None:
    scanner = SerialScanner()
    assert list(scanner.receive_bytes(b"x" * (CODE_SIZE_MAX + 1) + b"\rT1\r", 1.0)) == [b"T1"]
    assert list(scanner.receive_bytes(b"y" * CODE_SIZE_MAX + b"\r", 1.0)) == [b"y" * CODE_SIZE_MAX]
