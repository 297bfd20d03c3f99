"""A reader's life while it is online: commands, files and reports, and their events."""

from collections.abc import Callable

from firmware_protocol.osdp import commands, events, replies
from firmware_protocol.osdp.capability_check import check_command
from firmware_protocol.osdp.codes import FRAME_SIZE_MAX, CapabilityFunction, ReplyCode
from firmware_protocol.osdp.command_queue import CommandQueue, Origin
from firmware_protocol.osdp.commands import Command
from firmware_protocol.osdp.errors import (
    CommandNotAllowedError,
    PayloadError,
    ReaderOfflineError,
    RemoteProtocolError,
)
from firmware_protocol.osdp.events import Event, OfflineReason
from firmware_protocol.osdp.file_sender import FileSender
from firmware_protocol.osdp.frame import payload_size_max
from firmware_protocol.osdp.multi_part import HEADER_SIZE, Assembly, split_message
from firmware_protocol.osdp.reader_status import ReaderStatus
from firmware_protocol.osdp.replies import Capabilities, Identification, Reply
from firmware_protocol.osdp.secure_channel import SecureSession
from firmware_protocol.osdp.smart_card_messages import FragmentCommand, FragmentReply

_SEEN_REPLIES = frozenset({ReplyCode.RAW, ReplyCode.FMT, ReplyCode.KEYPAD})


class OnlineReader:
    """Carries out what our caller wants of one reader, and reports what the reader tells."""

    def __init__(self, address: int, emit: Callable[[Event], None]) -> None:
        self.capabilities = Capabilities()
        self.queue = CommandQueue(address)
        self.active_at = float("-inf")
        """When somebody last did something at this reader."""
        self._address = address
        self._emit = emit
        self._status = ReaderStatus(address, emit)
        self._assemblies: dict[ReplyCode, Assembly] = {}
        self._is_online = False
        self._is_secure = False

    def enter(self, identification: Identification, session: SecureSession | None, *, has_own_key: bool) -> None:
        """The reader came online: say so, and ask for its status."""
        self._is_online = True
        self._is_secure = session is not None
        # What it was before it went away is not known to hold: whatever is not at rest is an event again.
        self._status = ReaderStatus(self._address, self._emit)
        is_trusted = self._is_secure and has_own_key
        self._emit(events.ReaderOnline(self._address, identification, self.capabilities, is_trusted))
        self.queue.add_own(commands.LocalStatusRequest())
        count, function = self.capabilities.item_count, CapabilityFunction
        if count(function.CONTACT_STATUS_MONITORING):
            self.queue.add_own(commands.InputStatusRequest())
        if count(function.OUTPUT_CONTROL):
            self.queue.add_own(commands.OutputStatusRequest())
        if self.capabilities.find(function.SMART_CARD_SUPPORT) or self.capabilities.find(function.BIOMETRICS):
            self.queue.add_own(commands.AcuReceiveSize(FRAME_SIZE_MAX))

    def leave(self, reason: OfflineReason, lost_command: Command | None) -> None:
        """The reader went offline: say so, and fail what was under way or waiting."""
        self._is_online = False
        self._assemblies.clear()
        self._emit(events.ReaderOffline(self._address, reason))
        file = self.queue.file
        waiting = self.queue.clear()
        for command in waiting if lost_command is None else (lost_command, *waiting):
            self._fail(command)
        if file is not None:
            error = ReaderOfflineError("the reader went offline")
            self._emit(events.FileFailed(self._address, file.type, error))

    def move(self, parameters: replies.ComParameters) -> int:
        """The reader took another address and baud rate: say so; gives the new address."""
        self._emit(events.CommunicationChanged(self._address, parameters.address, parameters.baud))
        self._address = self.queue.address = parameters.address
        self._status = ReaderStatus(self._address, self._emit)
        return self._address

    def send(self, command: Command) -> None:
        """Queue a command; it fails by event when the reader is offline.

        Raises QueueFullError when it is behind, FieldRangeError for what the reader cannot do, and
        CommandNotAllowedError for the handshake's commands and for a key that would travel in clear.
        """
        if isinstance(command, commands.Challenge | commands.ServerCryptogram | commands.FilePart):
            raise CommandNotAllowedError(f"the link itself sends {command.CODE.name}")
        if not self._is_online:
            self._fail(command)
            return
        if isinstance(command, commands.KeySet) and not self._is_secure:
            raise CommandNotAllowedError("a key travels inside a secure channel only")
        check_command(command, self.capabilities, is_secure=self._is_secure)
        self.queue.add(command)

    def send_message(self, kind: type[FragmentCommand], data: bytes) -> None:
        """Queue a multi-part command; errors as ``send``."""
        size = payload_size_max(self.capabilities.receive_size, is_secure=self._is_secure) - HEADER_SIZE
        parts = [kind(fragment) for fragment in split_message(data, size)]
        if self._is_online:
            self.queue.add(*parts)
        else:
            self._fail(parts[0])

    def send_file(self, file_type: int, data: bytes) -> None:
        """Begin a file transfer; it fails by event when the reader is offline.

        Raises CommandNotAllowedError while another file is on its way, or for an empty one.
        """
        if self.queue.file is not None or not data:
            raise CommandNotAllowedError("one file at a time, and not an empty one")
        if not self._is_online:
            error = ReaderOfflineError("the reader is offline")
            self._emit(events.FileFailed(self._address, file_type, error))
            return
        size = self.capabilities.receive_size
        self.queue.file = FileSender(file_type, data, frame_size_max=size, is_secure=self._is_secure)

    def refuse(self, command: Command, origin: Origin, error: RemoteProtocolError) -> None:
        """The reader refused a command, or answered nonsense."""
        if origin is Origin.CALLER:
            self._emit(events.CommandFailed(self._address, command, error))
        elif origin is Origin.FILE:
            self._end_file(error)

    def accept(self, command: Command, origin: Origin, reply: Reply, now: float) -> None:
        """The reader answered a command."""
        match reply:
            case replies.FileTransferStatus():
                self._take_file_status(reply, now)
            case FragmentReply():
                self._take_fragment(reply)
            case _:
                self._status.report(reply)
        if reply.CODE in _SEEN_REPLIES or origin is Origin.CALLER:
            self.active_at = now
        if origin is Origin.CALLER:
            self._emit(events.CommandCompleted(self._address, command, reply))

    def _take_file_status(self, status: replies.FileTransferStatus, now: float) -> None:
        file = self.queue.file
        if file is None:
            return
        error = file.handle_status(status, now)
        if error is not None or file.is_done:
            self._end_file(error)

    def _end_file(self, error: RemoteProtocolError | None) -> None:
        file, self.queue.file = self.queue.file, None
        assert file is not None
        if error is None:
            self._emit(events.FileSent(self._address, file.type))
        else:
            self._emit(events.FileFailed(self._address, file.type, error))

    def _take_fragment(self, reply: FragmentReply) -> None:
        assembly = self._assemblies.setdefault(reply.CODE, Assembly())
        try:
            data = assembly.add(reply.fragment)
        except PayloadError:
            # A part is missing, so the message is; the owner's own time-out tells the end of it.
            del self._assemblies[reply.CODE]
            return
        if data is not None:
            del self._assemblies[reply.CODE]
            self._emit(events.SmartCardDataRead(self._address, reply.CODE, data))

    def _fail(self, command: Command) -> None:
        error = ReaderOfflineError("the reader is offline, or went offline")
        self._emit(events.CommandFailed(self._address, command, error))
