"""What a peripheral device does, apart from the link: inputs, outputs, status, reports, commands.

``perform`` carries out one command and gives the reply. Reports wait, 64 at most, for the next poll;
when there are more the oldest is lost, as in any reader. A change of status goes first and is never
lost: what is told, once, is the status at the moment of the poll.
"""

from collections import deque
from collections.abc import Callable

from firmware_protocol.osdp import commands, events
from firmware_protocol.osdp.codes import FRAME_SIZE_ASSUMED, FRAME_SIZE_MAX, CapabilityFunction, NakCode
from firmware_protocol.osdp.commands import Command, OutputControl
from firmware_protocol.osdp.device_settings import PeripheralSettings
from firmware_protocol.osdp.events import Event
from firmware_protocol.osdp.fields import require
from firmware_protocol.osdp.file_receiver import FileReceiver
from firmware_protocol.osdp.frame import payload_size_max
from firmware_protocol.osdp.multi_part import HEADER_SIZE, split_message
from firmware_protocol.osdp.replies import (
    Ack,
    AttachedReaderState,
    InputStatus,
    LocalStatus,
    Nak,
    OutputStatus,
    ReaderStatus,
    Reply,
)
from firmware_protocol.osdp.smart_card_messages import FragmentReply

REPORTS_MAX = 64
_Status = type[LocalStatus] | type[InputStatus] | type[OutputStatus]

_TURNS_ON = {OutputControl.ON, OutputControl.ON_LET_TIMER, OutputControl.ON_TIMED}
_IS_TIMED = {OutputControl.ON_TIMED, OutputControl.OFF_TIMED}


class DeviceFunctions:
    """The state of one device's inputs, outputs and status, and what it has to report."""

    def __init__(self, settings: PeripheralSettings, emit: Callable[[Event], None]) -> None:
        self.address = settings.address
        self._identification = settings.identification
        self._capabilities = settings.report_capabilities()
        self._emit = emit
        self._inputs = [False] * settings.input_count
        self._outputs = [False] * settings.output_count
        self._timers: dict[int, tuple[float, bool]] = {}
        self._local = LocalStatus(is_tampered=False, is_power_failing=False)
        self._file = FileReceiver(settings.file_size_max)
        self._acu_receive_size = FRAME_SIZE_ASSUMED
        self._reply_size_max = payload_size_max(FRAME_SIZE_MAX, is_secure=settings.has_security)
        self._reports: deque[tuple[Reply, float]] = deque(maxlen=REPORTS_MAX)
        self._changes: dict[_Status, None] = {}

    def report(self, reply: Reply, *, expires_at: float = float("inf")) -> None:
        """Answer a later poll with ``reply``, unless that poll comes only after ``expires_at``.

        FieldRangeError for a reply that does not fit one frame.
        """
        size, size_max = len(reply.encode()), self._reply_size_max
        require(size <= size_max, f"a reply of {size} bytes of data; one frame of this device takes {size_max}")
        self._reports.append((reply, expires_at))

    def report_message(self, kind: type[FragmentReply], data: bytes, *, is_secure: bool) -> None:
        """Answer later polls with ``data`` in parts, each as large as the access control unit takes."""
        size = payload_size_max(self._acu_receive_size, is_secure=is_secure) - HEADER_SIZE
        parts = [kind(fragment) for fragment in split_message(data, size)]
        require(len(parts) <= REPORTS_MAX, f"{len(parts)} parts, but {REPORTS_MAX} fit the queue")
        for part in parts:
            self.report(part)

    def set_input(self, index: int, is_active: bool) -> None:  # noqa: FBT001
        require(0 <= index < len(self._inputs), f"this device has {len(self._inputs)} inputs")
        self._inputs[index] = is_active
        self._changes[InputStatus] = None

    def set_local_status(self, *, is_tampered: bool | None = None, is_power_failing: bool | None = None) -> None:
        self._local = LocalStatus(
            self._local.is_tampered if is_tampered is None else is_tampered,
            self._local.is_power_failing if is_power_failing is None else is_power_failing,
        )
        self._changes[LocalStatus] = None

    def next_deadline(self) -> float | None:
        """When the first timed output falls back."""
        return min((until for until, _ in self._timers.values()), default=None)

    def handle_timer(self, now: float) -> None:
        """Let timed outputs fall back."""
        for index, (until, is_active) in tuple(self._timers.items()):
            if now >= until:
                del self._timers[index]
                self._set_output(index, is_active)

    def perform(self, command: Command, now: float) -> Reply:
        """Carry out one command."""
        if isinstance(command, commands.Poll):
            return self._next_report(now)
        return self._tell(command) or self._indicate(command, now)

    def _tell(self, command: Command) -> Reply | None:
        reply: Reply | None = None
        match command:
            case commands.IdRequest():
                reply = self._identification
            case commands.CapabilitiesRequest():
                reply = self._capabilities
            case commands.LocalStatusRequest():
                reply = self._tell_status(LocalStatus)
            case commands.InputStatusRequest():
                reply = self._tell_status(InputStatus)
            case commands.OutputStatusRequest():
                reply = self._tell_status(OutputStatus)
            case commands.ReaderStatusRequest():
                reply = ReaderStatus((AttachedReaderState.NORMAL,))
        return reply

    def _indicate(self, command: Command, now: float) -> Reply:
        capabilities, function = self._capabilities, CapabilityFunction
        match command:
            case commands.Led() if command.led < capabilities.item_count(function.READER_LED_CONTROL):
                self._emit(events.LedSet(self.address, command))
            case commands.Buzzer() if capabilities.item_count(function.READER_AUDIBLE_OUTPUT):
                self._emit(events.BuzzerSet(self.address, command))
            case commands.Text() if capabilities.item_count(function.READER_TEXT_OUTPUT):
                self._emit(events.TextShown(self.address, command))
            case commands.Output() if command.output < len(self._outputs):
                self._switch(command, now)
            case commands.Led() | commands.Buzzer() | commands.Text() | commands.Output():
                return Nak(NakCode.UNABLE_TO_PROCESS)
            case _:
                return self._pass_on(command)
        return Ack()

    def _pass_on(self, command: Command) -> Reply:
        match command:
            case commands.FilePart():
                return self._take_file(command)
            case commands.AcuReceiveSize():
                self._acu_receive_size = max(command.size, FRAME_SIZE_ASSUMED)
            case commands.Abort():
                self._file.abort()
            case commands.Manufacturer():
                self._emit(events.CommandReceived(self.address, command))
            case commands.BiometricRead() | commands.BiometricMatch():
                return self._offer(command, CapabilityFunction.BIOMETRICS)
            case _:
                return self._offer(command, CapabilityFunction.SMART_CARD_SUPPORT)
        return Ack()

    def _offer(self, command: Command, function: CapabilityFunction) -> Reply:
        entry = self._capabilities.find(function)
        if entry is None or not entry.compliance:
            return Nak(NakCode.UNKNOWN_COMMAND)
        self._emit(events.CommandReceived(self.address, command))
        return Ack()

    def _take_file(self, part: commands.FilePart) -> Reply:
        status, data = self._file.take(part)
        if data is not None:
            self._emit(events.FileReceived(self.address, part.type, data))
        return status

    def _next_report(self, now: float) -> Reply:
        if self._changes:
            return self._tell_status(next(iter(self._changes)))
        while self._reports:
            reply, expires_at = self._reports.popleft()
            if now < expires_at:
                return reply
        return Ack()

    def _tell_status(self, status: _Status) -> Reply:
        self._changes.pop(status, None)
        if status is LocalStatus:
            return self._local
        return InputStatus(tuple(self._inputs)) if status is InputStatus else OutputStatus(tuple(self._outputs))

    def _switch(self, command: commands.Output, now: float) -> None:
        if command.control is OutputControl.KEEP:
            return
        is_active = command.control in _TURNS_ON
        # "Let timer" changes the state for good but lets a running time-out finish.
        if command.control not in {OutputControl.ON_LET_TIMER, OutputControl.OFF_LET_TIMER}:
            self._timers.pop(command.output, None)
        if command.control in _IS_TIMED and command.timer_ms:
            self._timers[command.output] = (now + command.timer_ms / 1000, not is_active)
        self._set_output(command.output, is_active)

    def _set_output(self, index: int, is_active: bool) -> None:  # noqa: FBT001
        if self._outputs[index] != is_active:
            self._outputs[index] = is_active
            self._changes[OutputStatus] = None
        self._emit(events.OutputSet(self.address, index, is_active))
