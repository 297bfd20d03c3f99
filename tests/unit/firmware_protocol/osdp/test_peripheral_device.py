import pytest

from firmware_protocol.osdp import commands, events
from firmware_protocol.osdp.commands import Command
from firmware_protocol.osdp.frame import Frame, parse_frame
from firmware_protocol.osdp.peripheral_device import PeripheralDevice, PeripheralSettings
from firmware_protocol.osdp.replies import (
    Ack,
    CardFormat,
    InputStatus,
    Keypad,
    LocalStatus,
    ManufacturerReply,
    PivData,
    RawCard,
    Reply,
    parse_reply,
)

POLL = commands.Poll()


class Bench:
    """A plain text device, polled by hand."""

    def __init__(self) -> None:
        settings = PeripheralSettings(address=7, input_count=1, output_count=1)
        self.device = PeripheralDevice(settings, baud=9600, random_bytes=bytes)
        self.sequence = 0

    def ask(self, command: Command, now: float, address: int = 7) -> Reply | None:
        frame = Frame(address, False, self.sequence, command.CODE, command.encode())
        self.device.receive_bytes(frame.encode_with_mark(), now)
        self.device.handle_timer(now + 0.01)
        answer = self.device.bytes_to_send()
        if not answer:
            return None
        self.sequence = self.sequence % 3 + 1
        reply = parse_frame(answer[1:])
        return parse_reply(reply.code, reply.payload)

    def events(self) -> list[events.Event]:
        taken = []
        while (event := self.device.next_event()) is not None:
            taken.append(event)
        return taken


def test_a_reply_waits_for_two_silent_characters() -> None:
    bench = Bench()
    bench.device.receive_bytes(Frame(7, False, 0, POLL.CODE).encode(), 1.0)
    bench.device.handle_timer(1.001)
    assert bench.device.bytes_to_send() == b""
    deadline = bench.device.next_deadline()
    assert deadline is not None
    assert deadline == pytest.approx(1.00208, abs=0.0001)
    bench.device.handle_timer(deadline)
    assert bench.device.bytes_to_send() != b""


def test_what_is_for_others_is_not_answered() -> None:
    bench = Bench()
    assert bench.ask(POLL, 1.0, address=8) is None
    bench.device.receive_bytes(Frame(7, True, 0, Ack.CODE).encode(), 1.1)
    bench.device.handle_timer(1.2)
    assert bench.device.bytes_to_send() == b""
    assert not bench.device.is_online


def test_a_broadcast_is_answered() -> None:
    assert Bench().ask(POLL, 1.0, address=0x7F) == Ack()


def test_actions_are_reported_when_polled() -> None:
    bench = Bench()
    bench.device.present_card(b"\x12\x34\x56\x40", 26, now=1.0, card_format=CardFormat.WIEGAND)
    bench.device.press_keys("1#", now=1.0)
    bench.device.set_input(0, True)
    bench.device.set_tamper(True)
    bench.device.set_power_failing(True)
    bench.device.report(ManufacturerReply(1))
    bench.device.report_message(PivData, b"data")
    answers = [bench.ask(POLL, 1.0 + number / 10) for number in range(7)]
    assert answers[:5] == [
        InputStatus((True,)),
        LocalStatus(is_tampered=True, is_power_failing=True),
        RawCard(0, CardFormat.WIEGAND, 26, b"\x12\x34\x56\x40"),
        Keypad(0, "1#"),
        ManufacturerReply(1),
    ]
    assert isinstance(answers[5], PivData)
    assert answers[6] == Ack()


def test_a_card_that_nobody_asked_for_in_five_seconds_is_forgotten() -> None:
    bench = Bench()
    bench.device.present_card(b"\x12", 8, now=1.0)
    assert bench.ask(POLL, 6.0) == Ack()


def test_after_eight_silent_seconds_the_host_is_lost() -> None:
    bench = Bench()
    assert bench.device.next_deadline() is None
    bench.ask(POLL, 1.0)
    assert (bench.device.is_online, bench.device.is_secure) == (True, False)
    assert bench.device.next_deadline() == 9.0
    bench.device.handle_timer(8.9)
    assert bench.events() == [events.HostOnline(7)]
    bench.device.handle_timer(9.0)
    assert (bench.device.is_online, bench.device.is_secure) == (False, False)
    assert bench.events() == [events.HostLost(7)]
    assert bench.device.next_deadline() is None


def test_a_timed_output_has_its_own_deadline() -> None:
    bench = Bench()
    bench.ask(commands.Output(0, commands.OutputControl.ON_TIMED, timer_ms=100), 1.0)
    assert bench.device.next_deadline() == 1.1
    bench.device.handle_timer(1.1)
    assert bench.events()[-1] == events.OutputSet(7, 0, False)


def test_a_command_behind_a_false_start_is_answered_after_the_time_out() -> None:
    bench = Bench()
    bench.device.receive_bytes(b"\x53\x07\x40\x00" + Frame(7, False, 0, POLL.CODE).encode(), 1.0)
    assert bench.device.bytes_to_send() == b""
    deadline = bench.device.next_deadline()
    assert deadline is not None
    bench.device.handle_timer(deadline)
    bench.device.handle_timer(deadline + 0.01)
    assert bench.device.bytes_to_send() != b""


def test_another_baud_rate_changes_the_gap() -> None:
    bench = Bench()
    bench.device.set_baud(115200)
    bench.device.receive_bytes(Frame(7, False, 0, POLL.CODE).encode(), 1.0)
    assert bench.device.next_deadline() == pytest.approx(1.00017, abs=0.00001)
