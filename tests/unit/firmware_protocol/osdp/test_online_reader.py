from dataclasses import dataclass, field

import pytest

from firmware_protocol.osdp import commands, events, replies
from firmware_protocol.osdp.codes import CapabilityFunction, ReplyCode
from firmware_protocol.osdp.command_queue import COMMANDS_MAX, Origin
from firmware_protocol.osdp.commands import Authenticate, Command
from firmware_protocol.osdp.errors import (
    CommandNotAllowedError,
    CommandRefusedError,
    FieldRangeError,
    QueueFullError,
    ReaderOfflineError,
)
from firmware_protocol.osdp.events import Event, OfflineReason
from firmware_protocol.osdp.multi_part import Fragment
from firmware_protocol.osdp.online_reader import OnlineReader
from firmware_protocol.osdp.replies import Capabilities, Capability, FileStatus, FileTransferStatus, PivData
from firmware_protocol.osdp.secure_channel import SecureSession, derive_session_keys

BUZZER = commands.Buzzer()
SESSION = SecureSession(derive_session_keys(bytes(16), bytes(8)), bytes(16))


@dataclass
class Bench:
    """One online reader with the events it emitted since."""

    is_secure: bool = True
    capabilities: Capabilities = field(default_factory=Capabilities)

    def __post_init__(self) -> None:
        self.events: list[Event] = []
        self.reader = OnlineReader(7, self.events.append)
        self.reader.capabilities = self.capabilities
        self.reader.enter(replies.Identification(), SESSION if self.is_secure else None, has_own_key=True)
        self.entered = self.drain()

    def drain(self) -> list[Event]:
        drained = list(self.events)
        self.events.clear()
        return drained

    def sent(self) -> list[Command]:
        """Everything that would be sent until the next poll."""
        sent = []
        while not isinstance(command := self.reader.queue.next_command(0.0)[0], commands.Poll):
            sent.append(command)
        return sent


@pytest.mark.parametrize("is_secure", [True, False])
def test_coming_online_is_an_event_and_the_local_status_is_asked_for(is_secure: bool) -> None:
    bench = Bench(is_secure)
    assert bench.entered == [events.ReaderOnline(7, replies.Identification(), Capabilities(), is_secure)]
    assert bench.sent() == [commands.LocalStatusRequest()]


@pytest.mark.parametrize("function", [CapabilityFunction.SMART_CARD_SUPPORT, CapabilityFunction.BIOMETRICS])
def test_what_the_reader_has_is_asked_for_or_told(function: CapabilityFunction) -> None:
    bench = Bench(capabilities=Capabilities((Capability(1, 1, 2), Capability(2, 1, 2), Capability(function, 1, 0))))
    assert bench.sent() == [
        commands.LocalStatusRequest(),
        commands.InputStatusRequest(),
        commands.OutputStatusRequest(),
        commands.AcuReceiveSize(1440),
    ]


def test_the_default_key_is_not_secure() -> None:
    emitted: list[Event] = []
    OnlineReader(7, emitted.append).enter(replies.Identification(), SESSION, has_own_key=False)
    assert emitted == [events.ReaderOnline(7, replies.Identification(), Capabilities(), is_secure=False)]


def test_a_command_is_queued_and_its_end_is_an_event() -> None:
    bench = Bench()
    bench.reader.send(BUZZER)
    assert bench.reader.queue.next_command(0.0) == (BUZZER, Origin.CALLER)
    bench.reader.accept(BUZZER, Origin.CALLER, replies.Ack(), 3.0)
    assert bench.drain() == [events.CommandCompleted(7, BUZZER, replies.Ack())]
    assert bench.reader.active_at == 3.0


def test_the_links_own_commands_end_without_an_event() -> None:
    bench = Bench()
    bench.reader.accept(commands.Poll(), Origin.LINK, replies.Ack(), 3.0)
    bench.reader.refuse(commands.Poll(), Origin.LINK, CommandRefusedError(3))
    assert bench.drain() == []
    assert bench.reader.active_at == float("-inf")


def test_a_card_makes_a_reader_active() -> None:
    bench = Bench()
    card = replies.RawCard(0, replies.CardFormat.WIEGAND, 8, b"\x01")
    bench.reader.accept(commands.Poll(), Origin.LINK, card, 3.0)
    assert bench.reader.active_at == 3.0


def test_a_refused_command_is_an_event() -> None:
    bench = Bench()
    error = CommandRefusedError(9)
    bench.reader.refuse(BUZZER, Origin.CALLER, error)
    assert bench.drain() == [events.CommandFailed(7, BUZZER, error)]


def test_going_offline_fails_what_was_under_way_and_waiting() -> None:
    bench = Bench()
    bench.reader.send(commands.Text(b"waiting"))
    bench.reader.send_file(1, b"file")
    bench.reader.leave(OfflineReason.UNANSWERED, BUZZER)
    offline, under_way, waiting, file = bench.drain()
    assert offline == events.ReaderOffline(7, OfflineReason.UNANSWERED)
    assert isinstance(under_way, events.CommandFailed)
    assert under_way.command == BUZZER
    assert isinstance(under_way.error, ReaderOfflineError)
    assert isinstance(waiting, events.CommandFailed)
    assert waiting.command == commands.Text(b"waiting")
    assert isinstance(file, events.FileFailed)


def test_a_reader_that_comes_back_tampered_with_says_so_again() -> None:
    bench = Bench()
    opened = replies.LocalStatus(is_tampered=True, is_power_failing=False)
    for _ in range(2):
        bench.reader.accept(commands.LocalStatusRequest(), Origin.LINK, opened, now=1.0)
        bench.reader.leave(OfflineReason.UNANSWERED, None)
        bench.reader.enter(replies.Identification(), SESSION, has_own_key=True)
    assert bench.drain().count(events.TamperChanged(7, is_tampered=True)) == 2


def test_nothing_is_kept_for_an_offline_reader() -> None:
    bench = Bench()
    bench.reader.leave(OfflineReason.UNANSWERED, None)
    bench.drain()
    bench.reader.send(BUZZER)
    bench.reader.send_message(Authenticate, b"x")
    bench.reader.send_file(1, b"x")
    assert [type(event) for event in bench.drain()] == [
        events.CommandFailed,
        events.CommandFailed,
        events.FileFailed,
    ]
    assert not bench.reader.queue.has_callers


@pytest.mark.parametrize(
    "command", [commands.Challenge(bytes(8)), commands.ServerCryptogram(bytes(16)), commands.FilePart(1, 1, 0, b"x")]
)
def test_what_the_link_itself_sends_cannot_be_sent(command: Command) -> None:
    with pytest.raises(CommandNotAllowedError, match="the link itself"):
        Bench().reader.send(command)


def test_a_key_travels_in_secret_only() -> None:
    with pytest.raises(CommandNotAllowedError, match="inside a secure channel"):
        Bench(is_secure=False).reader.send(commands.KeySet(bytes(16)))
    Bench().reader.send(commands.KeySet(bytes(16)))


def test_what_the_reader_cannot_do_is_refused_at_once() -> None:
    bench = Bench(capabilities=Capabilities((Capability(4, 1, 1),)))
    with pytest.raises(FieldRangeError):
        bench.reader.send(commands.Led(led=1))


def test_a_reader_that_is_behind_takes_no_more() -> None:
    bench = Bench()
    for _ in range(COMMANDS_MAX):
        bench.reader.send(BUZZER)
    with pytest.raises(QueueFullError):
        bench.reader.send(BUZZER)


def test_a_long_command_goes_out_in_parts() -> None:
    bench = Bench()
    bench.sent()
    bench.reader.send_message(Authenticate, bytes(150))
    assert bench.sent() == [
        Authenticate(Fragment(150, 0, bytes(105))),
        Authenticate(Fragment(150, 105, bytes(45))),
    ]


def test_a_reply_in_parts_becomes_one_event() -> None:
    bench = Bench()
    for fragment in (Fragment(4, 0, b"ab"), Fragment(4, 2, b"cd")):
        bench.reader.accept(commands.Poll(), Origin.LINK, PivData(fragment), 0.0)
    assert bench.drain() == [events.SmartCardDataRead(7, ReplyCode.PIVDATAR, b"abcd")]


def test_a_reply_with_a_part_missing_is_dropped_and_the_next_one_read() -> None:
    bench = Bench()
    for fragment in (Fragment(6, 0, b"ab"), Fragment(6, 4, b"ef"), Fragment(2, 0, b"gh")):
        bench.reader.accept(commands.Poll(), Origin.LINK, PivData(fragment), 0.0)
    assert bench.drain() == [events.SmartCardDataRead(7, ReplyCode.PIVDATAR, b"gh")]


def test_a_file_is_sent_and_its_end_is_an_event() -> None:
    bench = Bench()
    bench.sent()
    bench.reader.send_file(9, b"file")
    part, origin = bench.reader.queue.next_command(0.0)
    assert origin is Origin.FILE
    bench.reader.accept(part, origin, FileTransferStatus(FileStatus.PROCESSED), 0.0)
    assert bench.drain() == [events.FileSent(7, 9)]


def test_a_file_still_on_its_way_is_no_event() -> None:
    bench = Bench()
    bench.sent()
    bench.reader.send_file(9, bytes(1000))
    part, origin = bench.reader.queue.next_command(0.0)
    bench.reader.accept(part, origin, FileTransferStatus(FileStatus.PROCEED), 0.0)
    assert bench.drain() == []
    with pytest.raises(CommandNotAllowedError, match="one file at a time"):
        bench.reader.send_file(9, b"another")


@pytest.mark.parametrize("is_nak", [True, False])
def test_a_reader_may_give_up_a_file(is_nak: bool) -> None:
    bench = Bench()
    bench.sent()
    bench.reader.send_file(9, b"file")
    part, origin = bench.reader.queue.next_command(0.0)
    if is_nak:
        bench.reader.refuse(part, origin, CommandRefusedError(3))
    else:
        bench.reader.accept(part, origin, FileTransferStatus(FileStatus.ABORT), 0.0)
    (failed,) = bench.drain()
    assert isinstance(failed, events.FileFailed)
    assert bench.reader.queue.file is None


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(CommandNotAllowedError, match="not an empty one"):
        Bench().reader.send_file(1, b"")


def test_a_file_status_without_a_file_means_nothing() -> None:
    bench = Bench()
    bench.reader.accept(commands.Poll(), Origin.LINK, FileTransferStatus(FileStatus.ABORT), 0.0)
    assert bench.drain() == []


def test_a_reader_that_moved_reports_from_its_new_address() -> None:
    bench = Bench()
    assert bench.reader.move(replies.ComParameters(9, 38400)) == 9
    assert bench.drain() == [events.CommunicationChanged(7, 9, 38400)]
    bench.reader.accept(commands.Poll(), Origin.LINK, replies.Keypad(0, "1"), 0.0)
    assert bench.drain() == [events.KeypadRead(9, "1", 0)]
