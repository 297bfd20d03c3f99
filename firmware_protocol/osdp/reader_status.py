"""Turns the replies of one reader into events: what it read, and what changed since it last told."""

from collections.abc import Callable

from firmware_protocol.osdp import events, replies
from firmware_protocol.osdp.events import Event

_OWN_EVENT_REPLIES = (
    replies.Ack,
    replies.Nak,
    replies.Identification,
    replies.Capabilities,
    replies.ComParameters,
)


class ReaderStatus:
    """Remembers the status last reported at one address, so that only changes become events."""

    def __init__(self, address: int, emit: Callable[[Event], None]) -> None:
        self._address = address
        self._emit = emit
        self._local = replies.LocalStatus(is_tampered=False, is_power_failing=False)
        self._inputs: tuple[bool, ...] = ()
        self._outputs: tuple[bool, ...] = ()
        self._readers: tuple[replies.AttachedReaderState, ...] = ()

    def report(self, reply: replies.Reply) -> None:
        """Emit the events that ``reply`` amounts to, if any."""
        match reply:
            case replies.RawCard():
                self._emit(events.CardRead(self._address, reply.data, reply.bit_count, reply.format, reply.reader))
            case replies.FormattedCard():
                text = reply.text[::-1] if reply.is_read_backwards else reply.text
                self._emit(events.FormattedCardRead(self._address, text, reply.reader))
            case replies.Keypad():
                self._emit(events.KeypadRead(self._address, reply.digits, reply.reader))
            case replies.LocalStatus() | replies.InputStatus() | replies.OutputStatus() | replies.ReaderStatus():
                self._report_change(reply)
            case _ if not isinstance(reply, _OWN_EVENT_REPLIES):
                self._emit(events.ReplyReceived(self._address, reply))

    def _report_change(self, reply: replies.Reply) -> None:
        match reply:
            case replies.LocalStatus():
                if reply.is_tampered != self._local.is_tampered:
                    self._emit(events.TamperChanged(self._address, reply.is_tampered))
                if reply.is_power_failing != self._local.is_power_failing:
                    self._emit(events.PowerChanged(self._address, reply.is_power_failing))
                self._local = reply
            case replies.InputStatus() if reply.inputs != self._inputs:
                self._inputs = reply.inputs
                self._emit(events.InputsChanged(self._address, reply.inputs))
            case replies.OutputStatus() if reply.outputs != self._outputs:
                self._outputs = reply.outputs
                self._emit(events.OutputsChanged(self._address, reply.outputs))
            case replies.ReaderStatus() if reply.readers != self._readers:
                self._readers = reply.readers
                self._emit(events.AttachedReadersChanged(self._address, reply.readers))
