from firmware_protocol.osdp.commands import FilePart
from firmware_protocol.osdp.file_receiver import FileReceiver
from firmware_protocol.osdp.replies import FileStatus


def test_parts_in_order_make_the_file() -> None:
    receiver = FileReceiver(100)
    status, data = receiver.take(FilePart(1, 4, 0, b"ab"))
    assert (status.detail, data) == (FileStatus.PROCEED, None)
    status, data = receiver.take(FilePart(1, 4, 2, b"cd"))
    assert (status.detail, data) == (FileStatus.PROCESSED, b"abcd")


def test_an_empty_part_at_the_end_is_answered_and_is_no_second_file() -> None:
    receiver = FileReceiver(100)
    receiver.take(FilePart(1, 2, 0, b"ab"))
    status, data = receiver.take(FilePart(1, 2, 2, b""))
    assert (status.detail, data) == (FileStatus.PROCESSED, None)


def test_a_file_too_large_is_refused() -> None:
    status, _ = FileReceiver(3).take(FilePart(1, 4, 0, b"ab"))
    assert status.detail == FileStatus.UNRECOGNISED


def test_a_gap_another_file_or_no_beginning_aborts() -> None:
    for parts in (
        [FilePart(1, 4, 2, b"cd")],
        [FilePart(1, 4, 0, b"a"), FilePart(1, 4, 2, b"cd")],
        [FilePart(1, 4, 0, b"ab"), FilePart(2, 4, 2, b"cd")],
        [FilePart(1, 4, 0, b"ab"), FilePart(1, 5, 2, b"cd")],
    ):
        receiver = FileReceiver(100)
        for part in parts:
            status, data = receiver.take(part)
        assert (status.detail, data) == (FileStatus.ABORT, None)


def test_an_aborted_file_is_forgotten() -> None:
    receiver = FileReceiver(100)
    receiver.take(FilePart(1, 4, 0, b"ab"))
    receiver.abort()
    status, _ = receiver.take(FilePart(1, 4, 2, b"cd"))
    assert status.detail == FileStatus.ABORT
