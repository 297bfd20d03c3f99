import pytest

from firmware_protocol.osdp.command_queue import COMMANDS_MAX, CommandQueue, Origin
from firmware_protocol.osdp.commands import Buzzer, FilePart, LocalStatusRequest, Poll
from firmware_protocol.osdp.errors import QueueFullError
from firmware_protocol.osdp.file_sender import FileSender
from firmware_protocol.osdp.replies import FileTransferStatus


def test_our_callers_commands_come_first_then_the_links_own_then_polls() -> None:
    queue = CommandQueue(1)
    queue.add_own(LocalStatusRequest())
    queue.add(Buzzer())
    assert queue.has_callers
    assert queue.next_command(0.0) == (Buzzer(), Origin.CALLER)
    assert queue.next_command(0.0) == (LocalStatusRequest(), Origin.LINK)
    assert queue.next_command(0.0) == (Poll(), Origin.LINK)
    assert not queue.has_callers


def test_a_full_queue_takes_nothing_not_even_a_part() -> None:
    queue = CommandQueue(1)
    queue.add(*[Buzzer()] * (COMMANDS_MAX - 1))
    with pytest.raises(QueueFullError, match="15 of 16 commands wait for reader 1"):
        queue.add(Buzzer(), Buzzer())
    queue.add(Buzzer())


def test_what_is_forgotten_is_given_back() -> None:
    queue = CommandQueue(1)
    queue.add(Buzzer())
    queue.add_own(LocalStatusRequest())
    queue.file = FileSender(1, b"x", frame_size_max=128, is_secure=True)
    assert queue.clear() == (Buzzer(),)
    assert queue.next_command(0.0) == (Poll(), Origin.LINK)


def test_polls_go_between_the_parts_of_a_file() -> None:
    queue = CommandQueue(1)
    queue.file = FileSender(1, bytes(300), frame_size_max=128, is_secure=False)
    sent = []
    for _ in range(4):
        command, origin = queue.next_command(0.0)
        sent.append((type(command), origin))
        if isinstance(command, FilePart):
            queue.file.handle_status(FileTransferStatus(0), 0.0)
    assert sent == [(FilePart, Origin.FILE), (Poll, Origin.LINK)] * 2


def test_a_reader_that_wants_the_line_for_its_file_gets_it() -> None:
    queue = CommandQueue(1)
    queue.file = FileSender(1, bytes(300), frame_size_max=128, is_secure=False)
    queue.next_command(0.0)
    queue.file.handle_status(FileTransferStatus(0, delay_ms=500, may_interleave=False), 1.0)
    queue.add(Buzzer())
    queue.add_own(LocalStatusRequest())
    assert queue.quiet_until() == 1.5
    assert isinstance(queue.next_command(1.5)[0], FilePart)


def test_a_line_without_a_file_is_never_quiet() -> None:
    assert CommandQueue(1).quiet_until() == 0.0
