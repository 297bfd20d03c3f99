import pytest

from firmware_protocol.osdp import commands, events, replies
from firmware_protocol.osdp.codes import CapabilityFunction, NakCode
from firmware_protocol.osdp.commands import Command, OutputControl
from firmware_protocol.osdp.device_functions import REPORTS_MAX, DeviceFunctions
from firmware_protocol.osdp.device_settings import PeripheralSettings
from firmware_protocol.osdp.errors import FieldRangeError
from firmware_protocol.osdp.events import Event
from firmware_protocol.osdp.multi_part import Fragment
from firmware_protocol.osdp.replies import Capabilities, Capability, Nak, OutputStatus, PivData, Reply

PIV = commands.PivDataRequest(b"\x5f\xc1\x02", 0)
BIO = commands.BiometricRead(0, 0, 0, 0)


class Bench:
    """A device's functions with the events they emitted."""

    def __init__(self, settings: PeripheralSettings | None = None) -> None:
        self.events: list[Event] = []
        self.functions = DeviceFunctions(
            settings or PeripheralSettings(address=7, input_count=2, output_count=2), self.events.append
        )

    def perform(self, command: Command, now: float = 0.0) -> Reply:
        return self.functions.perform(command, now)

    def poll(self, now: float = 0.0) -> Reply:
        return self.perform(commands.Poll(), now)


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        (commands.Poll(), replies.Ack()),
        (commands.IdRequest(), replies.Identification()),
        (commands.LocalStatusRequest(), replies.LocalStatus(False, False)),
        (commands.InputStatusRequest(), replies.InputStatus((False, False))),
        (commands.OutputStatusRequest(), replies.OutputStatus((False, False))),
        (commands.ReaderStatusRequest(), replies.ReaderStatus((replies.AttachedReaderState.NORMAL,))),
        (commands.KeepActive(100), Nak(NakCode.UNKNOWN_COMMAND)),
        (commands.AcuReceiveSize(1440), replies.Ack()),
        (commands.Abort(), replies.Ack()),
        (PIV, Nak(NakCode.UNKNOWN_COMMAND)),
        (BIO, Nak(NakCode.UNKNOWN_COMMAND)),
        (commands.Led(led=1), Nak(NakCode.UNABLE_TO_PROCESS)),
        (commands.Output(2, OutputControl.ON), Nak(NakCode.UNABLE_TO_PROCESS)),
    ],
)
def test_a_command_has_its_answer(command: Command, reply: Reply) -> None:
    assert Bench().perform(command) == reply


def test_the_capabilities_are_those_of_the_settings() -> None:
    settings = PeripheralSettings(input_count=3)
    assert Bench(settings).perform(commands.CapabilitiesRequest()) == settings.report_capabilities()


@pytest.mark.parametrize(
    ("command", "event"),
    [
        (commands.Led(), events.LedSet(7, commands.Led())),
        (commands.Buzzer(), events.BuzzerSet(7, commands.Buzzer())),
        (commands.Text(b"x"), events.TextShown(7, commands.Text(b"x"))),
        (commands.Manufacturer(1), events.CommandReceived(7, commands.Manufacturer(1))),
    ],
)
def test_a_command_is_shown_to_the_application(command: Command, event: Event) -> None:
    bench = Bench()
    assert bench.perform(command) == replies.Ack()
    assert bench.events == [event]


@pytest.mark.parametrize("command", [commands.Buzzer(), commands.Text(b"x")])
def test_a_device_without_buzzer_and_display_says_so(command: Command) -> None:
    bench = Bench(PeripheralSettings(capabilities=Capabilities()))
    assert bench.perform(command) == Nak(NakCode.UNABLE_TO_PROCESS)


@pytest.mark.parametrize(
    ("function", "command"),
    [(CapabilityFunction.SMART_CARD_SUPPORT, PIV), (CapabilityFunction.BIOMETRICS, BIO)],
)
def test_a_device_that_has_more_passes_it_on(function: CapabilityFunction, command: Command) -> None:
    bench = Bench(PeripheralSettings(capabilities=Capabilities((Capability(function, 1, 0),))))
    assert bench.perform(command) == replies.Ack()
    assert bench.events == [events.CommandReceived(0, command)]
    without = Bench(PeripheralSettings(capabilities=Capabilities((Capability(function, 0, 0),))))
    assert without.perform(command) == Nak(NakCode.UNKNOWN_COMMAND)


def test_a_change_is_reported_once_and_as_it_is_at_the_poll() -> None:
    bench = Bench()
    bench.functions.set_input(1, True)
    bench.functions.set_local_status(is_tampered=True)
    bench.functions.set_local_status(is_power_failing=True)
    assert bench.poll() == replies.InputStatus((False, True))
    assert bench.poll() == replies.LocalStatus(is_tampered=True, is_power_failing=True)
    assert bench.poll() == replies.Ack()


def test_a_status_that_was_asked_for_is_not_reported_again() -> None:
    bench = Bench()
    bench.functions.set_local_status(is_tampered=True)
    bench.functions.set_local_status(is_power_failing=True)
    assert bench.perform(commands.LocalStatusRequest()) == replies.LocalStatus(is_tampered=True, is_power_failing=True)
    assert bench.poll() == replies.Ack()


def test_a_change_is_not_lost_behind_too_many_reports() -> None:
    bench = Bench()
    bench.functions.set_input(0, True)
    for number in range(REPORTS_MAX + 1):
        bench.functions.report(replies.Nak(number))
    assert bench.poll() == replies.InputStatus((True, False))


@pytest.mark.parametrize(("scbk", "size_max"), [(None, 1432), (bytes(16), 1423)])
def test_a_reply_that_does_not_fit_a_frame_is_refused_at_once(scbk: bytes | None, size_max: int) -> None:
    bench = Bench(PeripheralSettings(scbk=scbk))
    vendor_bytes = 3
    bench.functions.report(replies.ManufacturerReply(1, bytes(size_max - vendor_bytes)))
    with pytest.raises(FieldRangeError, match=f"a reply of {size_max + 1} bytes"):
        bench.functions.report(replies.ManufacturerReply(1, bytes(size_max - vendor_bytes + 1)))


def test_an_input_that_does_not_exist_is_our_callers_mistake() -> None:
    with pytest.raises(FieldRangeError, match="has 2 inputs"):
        Bench().functions.set_input(2, True)


def test_a_report_that_nobody_polled_for_in_time_is_forgotten() -> None:
    bench = Bench()
    bench.functions.report(replies.Keypad(0, "1"), expires_at=5.0)
    bench.functions.report(replies.Keypad(0, "2"), expires_at=6.0)
    assert bench.poll(5.0) == replies.Keypad(0, "2")


def test_the_oldest_reports_are_lost_when_there_are_too_many() -> None:
    bench = Bench()
    for number in range(REPORTS_MAX + 1):
        bench.functions.report(replies.Nak(number))
    assert bench.poll() == replies.Nak(1)


@pytest.mark.parametrize(
    ("control", "before", "after"),
    [
        (OutputControl.KEEP, False, False),
        (OutputControl.ON, False, True),
        (OutputControl.OFF, True, False),
        (OutputControl.ON_LET_TIMER, False, True),
        (OutputControl.OFF_LET_TIMER, True, False),
    ],
)
def test_an_output_is_switched_for_good(control: OutputControl, before: bool, after: bool) -> None:
    bench = Bench()
    if before:
        bench.perform(commands.Output(0, OutputControl.ON))
    bench.perform(commands.Output(0, control))
    assert bench.perform(commands.OutputStatusRequest()) == OutputStatus((after, False))
    assert bench.functions.next_deadline() is None


@pytest.mark.parametrize(("control", "during"), [(OutputControl.ON_TIMED, True), (OutputControl.OFF_TIMED, False)])
def test_a_timed_output_falls_back(control: OutputControl, during: bool) -> None:
    bench = Bench()
    if not during:
        bench.perform(commands.Output(0, OutputControl.ON))
    bench.perform(commands.Output(0, control, timer_ms=500), now=1.0)
    assert bench.perform(commands.OutputStatusRequest()) == OutputStatus((during, False))
    assert bench.functions.next_deadline() == 1.5
    bench.functions.handle_timer(1.4)
    assert bench.perform(commands.OutputStatusRequest()) == OutputStatus((during, False))
    bench.functions.handle_timer(1.5)
    assert bench.perform(commands.OutputStatusRequest()) == OutputStatus((not during, False))
    assert bench.events[-1] == events.OutputSet(7, 0, not during)


def test_a_permanent_command_stops_a_timer_unless_it_lets_it_run() -> None:
    bench = Bench()
    timed = commands.Output(0, OutputControl.ON_TIMED, timer_ms=500)
    bench.perform(timed)
    bench.perform(commands.Output(0, OutputControl.ON_LET_TIMER))
    assert bench.functions.next_deadline() == 0.5
    bench.perform(commands.Output(0, OutputControl.ON))
    assert bench.functions.next_deadline() is None


def test_a_timer_of_zero_is_for_good() -> None:
    bench = Bench()
    bench.perform(commands.Output(0, OutputControl.ON_TIMED))
    assert bench.functions.next_deadline() is None


def test_a_file_is_given_to_the_application_when_it_is_whole() -> None:
    bench = Bench()
    bench.perform(commands.FilePart(3, 4, 0, b"ab"))
    assert bench.events == []
    bench.perform(commands.FilePart(3, 4, 2, b"cd"))
    assert bench.events == [events.FileReceived(7, 3, b"abcd")]


def test_a_long_message_is_reported_in_parts_of_what_the_other_end_takes() -> None:
    bench = Bench()
    data = bytes(200)
    bench.functions.report_message(PivData, data, is_secure=False)
    assert bench.poll() == PivData(Fragment(200, 0, bytes(114)))
    assert bench.poll() == PivData(Fragment(200, 114, bytes(86)))
    bench.perform(commands.AcuReceiveSize(1440))
    bench.functions.report_message(PivData, data, is_secure=True)
    assert bench.poll() == PivData(Fragment(200, 0, data))


def test_a_message_of_too_many_parts_is_refused() -> None:
    with pytest.raises(FieldRangeError, match="fit the queue"):
        Bench().functions.report_message(PivData, bytes(60_000), is_secure=False)
