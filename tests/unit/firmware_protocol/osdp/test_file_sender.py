from firmware_protocol.osdp.file_sender import IDLE_PARTS_MAX, FileSender
from firmware_protocol.osdp.replies import FileStatus, FileTransferStatus

PROCEED = FileTransferStatus(FileStatus.PROCEED)


def sender(data: bytes = bytes(250)) -> FileSender:
    return FileSender(7, data, frame_size_max=128, is_secure=False)


def test_a_file_goes_out_in_parts_until_it_is_processed() -> None:
    file = sender(bytes(range(250)))
    sent = b""
    for status in (PROCEED, PROCEED, FileTransferStatus(FileStatus.PROCESSED)):
        part = file.next_part()
        assert (part.type, part.total_size, part.offset) == (7, 250, len(sent))
        sent += part.data
        assert file.handle_status(status, 0.0) is None
    assert sent == bytes(range(250))
    assert file.is_done
    assert file.offset == 250


def test_a_reader_that_reboots_has_taken_the_file() -> None:
    file = sender(b"x")
    file.next_part()
    assert file.handle_status(FileTransferStatus(FileStatus.REBOOTING), 0.0) is None
    assert file.is_done


def test_the_readers_delay_is_kept() -> None:
    file = sender()
    file.next_part()
    file.handle_status(FileTransferStatus(0, delay_ms=6000), 1.0)
    file.handle_poll()
    assert not file.is_due(6.9)
    assert file.is_due(7.0)
    assert file.due_at == 7.0


def test_a_smaller_message_size_is_kept() -> None:
    file = sender()
    assert len(file.next_part().data) == 109
    file.handle_status(FileTransferStatus(0, message_size_max=64), 0.0)
    assert len(file.next_part().data) == 45
    file.handle_status(FileTransferStatus(0, message_size_max=1), 0.0)
    assert len(file.next_part().data) == 1


def test_a_failure_ends_the_transfer() -> None:
    file = sender()
    file.next_part()
    error = file.handle_status(FileTransferStatus(FileStatus.MALFORMED), 0.0)
    assert error is not None
    assert error.detail == FileStatus.MALFORMED


def test_a_reader_that_digests_the_file_gets_empty_parts_for_a_while() -> None:
    file = sender(b"x")
    file.next_part()
    finishing = FileTransferStatus(FileStatus.FINISHING)
    assert file.handle_status(finishing, 0.0) is None
    part = file.next_part()
    assert (part.offset, part.data) == (1, b"")
    assert file.handle_status(FileTransferStatus(FileStatus.PROCESSED), 0.0) is None
    assert file.is_done


def test_a_reader_that_never_finishes_is_given_up() -> None:
    file = sender(b"x")
    finishing = FileTransferStatus(FileStatus.FINISHING)
    for _ in range(IDLE_PARTS_MAX):
        file.next_part()
        assert file.handle_status(finishing, 0.0) is None
    file.next_part()
    assert file.handle_status(finishing, 0.0) is not None


def test_polls_go_between_unless_the_reader_forbids_it() -> None:
    file = sender()
    file.next_part()
    file.handle_status(PROCEED, 0.0)
    assert not file.is_due(0.0)
    file.handle_poll()
    assert file.is_due(0.0)
    file.next_part()
    file.handle_status(FileTransferStatus(0, may_interleave=False), 0.0)
    assert file.is_exclusive
    assert file.is_due(0.0)
    file.next_part()
    assert file.is_due(0.0)
