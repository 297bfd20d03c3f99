from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from firmware_protocol.osdp import commands, events, replies
from firmware_protocol.osdp.codes import NakCode, ReplyCode, SecurityBlockType
from firmware_protocol.osdp.device_functions import DeviceFunctions
from firmware_protocol.osdp.device_link import DeviceLink
from firmware_protocol.osdp.device_settings import PeripheralSettings
from firmware_protocol.osdp.errors import CommandRefusedError, PayloadError, SecurityFailure, UnexpectedReplyError
from firmware_protocol.osdp.events import Event, OfflineReason
from firmware_protocol.osdp.frame import Frame, SecurityBlock, parse_frame
from firmware_protocol.osdp.link_states import LinkState
from firmware_protocol.osdp.reader_link import BUSY_MAX, SILENCES_MIN, SILENT_SECONDS, ReaderLink, backoff
from firmware_protocol.osdp.reader_settings import ReaderSettings
from firmware_protocol.osdp.replies import Capabilities, Capability, Identification, Reply
from tests.unit.firmware_protocol.osdp.emulated_bus import KEY, seeded_bytes

ADDRESS = 7
PLAIN = ReaderSettings(ADDRESS)
KEYED = ReaderSettings(ADDRESS, scbk=KEY)


@dataclass
class Bench:
    """A link, answered frame by frame by a device of ours or by whatever a test invents."""

    settings: ReaderSettings = PLAIN
    device_settings: PeripheralSettings | None = None
    events: list[Event] = field(default_factory=list)
    now: float = 0.0

    def __post_init__(self) -> None:
        self.link = ReaderLink(self.settings, random_bytes=seeded_bytes(1), emit=self.events.append)
        own = self.device_settings or PeripheralSettings(ADDRESS, scbk=self.settings.scbk)
        self.functions = DeviceFunctions(own, print_nothing)
        self.device = DeviceLink(own, self.functions, random_bytes=seeded_bytes(2), emit=print_nothing)

    def ask(self) -> Frame:
        self.now += 1.0
        return parse_frame(self.link.next_bytes(self.now)[1:])

    def answer(self, command: Frame) -> Frame:
        return parse_frame(self.device.answer(command, command.encode(), self.now)[1:])

    def exchange(self, change: Callable[[Frame], Frame] = lambda frame: frame) -> bool:
        """One exchange with the device, its reply changed on the way."""
        return self.link.handle_frame(change(self.answer(self.ask())), self.now)

    def reply(self, reply: Reply, security: SecurityBlock | None = None) -> bool:
        """Answer whatever is asked with ``reply`` in clear."""
        asked = self.ask()
        frame = Frame(ADDRESS, True, asked.sequence, reply.CODE, reply.encode(), security)
        return self.link.handle_frame(frame, self.now)

    def go_to(self, state: LinkState) -> None:
        for _ in range(20):
            if self.link.state is state:
                return
            assert self.exchange()
        pytest.fail(f"{state} was not reached")

    def drain(self) -> list[Event]:
        drained = list(self.events)
        self.events.clear()
        return drained


def print_nothing(_event: Event) -> None:
    """The device's own events are not these tests' business."""


def online(settings: ReaderSettings = KEYED, device_settings: PeripheralSettings | None = None) -> Bench:
    bench = Bench(settings, device_settings)
    bench.go_to(LinkState.ONLINE)
    bench.drain()
    return bench


def nak(code: int) -> Callable[[Frame], Frame]:
    """Replaces a reply by a NAK in clear."""
    return lambda frame: Frame(ADDRESS, True, frame.sequence, ReplyCode.NAK, bytes((code,)))


def test_a_plain_reader_is_identified_and_online() -> None:
    bench = Bench(PLAIN)
    bench.go_to(LinkState.ONLINE)
    (event,) = bench.drain()
    assert isinstance(event, events.ReaderOnline)
    assert not event.is_secure


def test_the_sequence_is_0_1_2_3_1() -> None:
    bench = Bench(PLAIN)
    sequences = []
    for _ in range(6):
        asked = bench.ask()
        sequences.append(asked.sequence)
        bench.link.handle_frame(bench.answer(asked), bench.now)
    assert sequences == [0, 1, 2, 3, 1, 2]


def test_a_command_is_repeated_bit_for_bit() -> None:
    bench = online()
    first = bench.link.next_bytes(bench.now)
    bench.link.handle_silence(bench.now)
    assert bench.link.next_bytes(bench.now) == first
    assert bench.link.counters.retries == 1


def test_a_reader_without_crc_is_asked_with_checksums() -> None:
    bench = Bench(ReaderSettings(ADDRESS, has_crc=False))
    assert not bench.ask().has_crc


@pytest.mark.parametrize(("attempt", "seconds"), [(0, 0.0), (1, 0.0), (2, 0.05), (3, 0.1), (5, 0.4), (1000, 0.4)])
def test_the_backoff_doubles_up_to_its_bound(attempt: int, seconds: float) -> None:
    assert backoff(attempt) == seconds


def test_silence_delays_the_next_attempt_and_ends_in_offline() -> None:
    bench = online()
    bench.link.online.send(commands.Buzzer())
    bench.ask()
    for attempt in range(1, 10):
        bench.link.handle_silence(bench.now)
        assert bench.link.due_at == bench.now + min(backoff(attempt), 0.1)
    assert bench.link.is_online
    bench.link.handle_silence(bench.now + SILENT_SECONDS)
    offline, failed = bench.drain()
    assert offline == events.ReaderOffline(ADDRESS, OfflineReason.UNANSWERED)
    assert isinstance(failed, events.CommandFailed)
    assert bench.ask().sequence == 0


def test_what_the_link_asked_itself_fails_without_an_event() -> None:
    bench = online()
    bench.ask()
    for _ in range(SILENCES_MIN):
        assert bench.link.is_online
        bench.link.handle_silence(bench.now)
        bench.now += SILENT_SECONDS
    assert bench.drain() == [events.ReaderOffline(ADDRESS, OfflineReason.UNANSWERED)]


def test_an_answer_ends_the_silence() -> None:
    bench = online()
    asked = bench.ask()
    bench.link.handle_silence(bench.now)
    assert bench.link.is_silent
    assert bench.link.handle_frame(bench.answer(asked), bench.now)
    assert (bench.link.is_silent, bench.link.due_at) == (False, bench.now)


def test_a_frame_that_answers_nothing_is_ignored() -> None:
    bench = online()
    reply = bench.answer(bench.ask())
    assert not bench.link.handle_frame(replace(reply, sequence=(reply.sequence + 1) % 4), bench.now)
    assert bench.link.handle_frame(reply, bench.now)
    assert not bench.link.handle_frame(reply, bench.now)


def test_a_probe_is_answered_by_anything() -> None:
    bench = Bench(KEYED)
    assert bench.reply(replies.Nak(NakCode.SECURE_CHANNEL_REQUIRED))
    assert bench.link.state is LinkState.CHALLENGING


@pytest.mark.parametrize("settings", [PLAIN, KEYED])
def test_busy_means_the_same_again_later(settings: ReaderSettings) -> None:
    bench = online(settings)
    asked = bench.ask()
    busy = Frame(ADDRESS, True, 0, ReplyCode.BUSY)
    assert bench.link.handle_frame(busy, bench.now)
    assert bench.link.due_at == bench.now + 0.05
    assert bench.ask() == asked
    assert bench.link.counters.busy_replies == 1


def test_a_reader_that_is_busy_for_ever_is_offline() -> None:
    bench = online()
    for _ in range(BUSY_MAX):
        bench.ask()
        bench.link.handle_frame(Frame(ADDRESS, True, 0, ReplyCode.BUSY), bench.now)
    assert bench.drain() == [events.ReaderOffline(ADDRESS, OfflineReason.UNANSWERED)]


def test_a_garbled_command_counts_as_silence() -> None:
    bench = online()
    assert bench.exchange(nak(NakCode.MESSAGE_CHECK))
    assert bench.link.is_silent
    assert bench.link.is_online


@pytest.mark.parametrize("code", [NakCode.UNEXPECTED_SEQUENCE, NakCode.SECURE_CHANNEL_REQUIRED, 9])
def test_a_plain_refusal_in_a_session_is_a_lost_session(code: int) -> None:
    bench = online()
    bench.exchange(nak(code))
    assert bench.drain() == [events.ReaderOffline(ADDRESS, OfflineReason.SESSION_LOST)]
    assert bench.link.state is LinkState.PROBING


def test_a_lost_sequence_restarts_a_plain_reader_too() -> None:
    bench = online(PLAIN)
    bench.exchange(lambda reply: replace(nak(NakCode.UNEXPECTED_SEQUENCE)(reply), sequence=0))
    assert bench.link.state is LinkState.PROBING


def test_a_refusal_inside_the_channel_is_about_the_command() -> None:
    bench = online(KEYED, PeripheralSettings(ADDRESS, scbk=KEY, capabilities=Capabilities()))
    bench.link.online.send(commands.Buzzer())
    bench.exchange()
    (failed,) = bench.drain()
    assert isinstance(failed, events.CommandFailed)
    assert isinstance(failed.error, CommandRefusedError)
    assert failed.error.code == NakCode.UNABLE_TO_PROCESS
    assert bench.link.is_online
    assert bench.link.counters.naks == 1


def test_a_plain_readers_refusal_of_security_is_about_the_command_once_it_is_online() -> None:
    bench = online(PLAIN)
    bench.link.online.send(commands.Manufacturer(1))
    bench.exchange(nak(NakCode.SECURE_CHANNEL_REQUIRED))
    assert isinstance(bench.drain()[0], events.CommandFailed)
    assert bench.link.is_online


def test_an_answer_that_does_not_belong_to_the_command_fails_it_alone() -> None:
    bench = online(PLAIN)
    bench.link.online.send(commands.Buzzer())
    bench.reply(Identification())
    (failed,) = bench.drain()
    assert isinstance(failed, events.CommandFailed)
    assert isinstance(failed.error, UnexpectedReplyError)
    bench.link.online.send(commands.InputStatusRequest())
    bench.exchange(lambda reply: replace(reply, code=ReplyCode.LSTATR, payload=b""))
    (failed,) = bench.drain()
    assert isinstance(failed, events.CommandFailed)
    assert isinstance(failed.error, PayloadError)
    assert bench.link.is_online


def test_identification_asked_for_by_our_caller_is_its_answer() -> None:
    bench = online()
    bench.link.online.send(commands.IdRequest())
    bench.exchange()
    assert bench.drain() == [events.CommandCompleted(ADDRESS, commands.IdRequest(), Identification())]


@pytest.mark.parametrize("state", [LinkState.IDENTIFYING, LinkState.READING_CAPABILITIES])
def test_a_reader_that_does_not_say_who_it_is_is_probed_again(state: LinkState) -> None:
    bench = Bench(PLAIN)
    bench.go_to(state)
    bench.exchange(nak(NakCode.UNKNOWN_COMMAND))
    assert bench.link.state is LinkState.PROBING
    assert bench.drain() == []


# The secure channel is enforced


def failed(reason: SecurityFailure) -> list[Event]:
    return [events.SecureChannelFailed(ADDRESS, reason)]


@pytest.mark.parametrize("state", [LinkState.CHALLENGING, LinkState.AUTHENTICATING])
@pytest.mark.parametrize("code", [NakCode.SECURE_CHANNEL_UNSUPPORTED, NakCode.SECURE_CHANNEL_REQUIRED])
def test_a_reader_that_refuses_the_handshake_never_comes_online(state: LinkState, code: NakCode) -> None:
    bench = Bench(KEYED)
    bench.go_to(state)
    bench.exchange(nak(code))
    assert bench.drain() == failed(SecurityFailure.REFUSED)
    assert bench.link.state is LinkState.PROBING


def test_a_handshake_answered_with_another_refusal_begins_again() -> None:
    bench = Bench(KEYED)
    bench.go_to(LinkState.CHALLENGING)
    bench.exchange(nak(NakCode.UNKNOWN_COMMAND))
    assert bench.link.state is LinkState.PROBING


@pytest.mark.parametrize(
    ("state", "security", "reason"),
    [
        (LinkState.CHALLENGING, SecurityBlock(SecurityBlockType.SCS_12, b"\x00"), SecurityFailure.DEFAULT_KEY),
        (LinkState.CHALLENGING, None, SecurityFailure.DEFAULT_KEY),
        (
            LinkState.AUTHENTICATING,
            SecurityBlock(SecurityBlockType.SCS_14, b"\x00"),
            SecurityFailure.WRONG_CRYPTOGRAM,
        ),
    ],
)
def test_a_downgraded_handshake_is_refused(
    state: LinkState, security: SecurityBlock | None, reason: SecurityFailure
) -> None:
    bench = Bench(KEYED)
    bench.go_to(state)
    bench.exchange(lambda reply: replace(reply, security=security))
    assert bench.drain() == failed(reason)
    assert bench.link.state is LinkState.PROBING


def test_a_reader_with_another_key_is_refused_and_tried_again_more_and_more_seldom() -> None:
    bench = Bench(KEYED, PeripheralSettings(ADDRESS, scbk=bytes(16)))
    delays = []
    for _ in range(5):
        bench.go_to(LinkState.CHALLENGING)
        bench.exchange()
        delays.append(round(bench.link.due_at - bench.now, 3))
    assert delays == [0.0, 0.05, 0.1, 0.2, 0.4]
    assert bench.drain() == failed(SecurityFailure.WRONG_CRYPTOGRAM), "told once, not at every attempt"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda reply: replace(reply, mac=bytes(4)), SecurityFailure.WRONG_MAC),
        (lambda reply: Frame(ADDRESS, True, reply.sequence, ReplyCode.ACK), SecurityFailure.PLAIN_TEXT),
        (
            lambda reply: Frame(ADDRESS, True, reply.sequence, ReplyCode.RAW, bytes.fromhex("00010800ff")),
            SecurityFailure.PLAIN_TEXT,
        ),
    ],
)
def test_a_forged_reply_drops_the_link(change: Callable[[Frame], Frame], reason: SecurityFailure) -> None:
    bench = online()
    bench.link.online.send(commands.Buzzer())
    bench.exchange(change)
    told, offline, lost = bench.drain()
    assert [told] == failed(reason)
    assert offline == events.ReaderOffline(ADDRESS, OfflineReason.SECURITY_VIOLATED)
    assert isinstance(lost, events.CommandFailed)
    assert bench.link.counters.security_failures == 1


def test_a_replayed_reply_drops_the_link() -> None:
    bench = online()
    old = bench.answer(bench.ask())
    bench.link.handle_frame(old, bench.now)
    for _ in range(2):
        bench.exchange()
    bench.drain()
    assert bench.exchange(lambda _reply: old)
    assert failed(SecurityFailure.WRONG_MAC)[0] in bench.drain()


def test_a_protected_reply_to_a_plain_reader_is_refused() -> None:
    bench = online(PLAIN)
    protected = SecurityBlock(SecurityBlockType.SCS_16)
    bench.exchange(lambda reply: replace(reply, security=protected, mac=bytes(4)))
    assert failed(SecurityFailure.WRONG_MAC)[0] in bench.drain()


def test_a_plain_reader_that_demands_security_is_told_about() -> None:
    bench = Bench(PLAIN)
    bench.go_to(LinkState.IDENTIFYING)
    bench.exchange(nak(NakCode.SECURE_CHANNEL_REQUIRED))
    assert bench.drain() == failed(SecurityFailure.REFUSED)


def test_capabilities_that_lose_the_secure_channel_are_refused() -> None:
    bench = online()
    bench.functions._capabilities = Capabilities((Capability(9, 0, 0),))
    bench.exchange(nak(NakCode.SECURE_CHANNEL_REQUIRED))
    bench.go_to(LinkState.READING_CAPABILITIES)
    bench.drain()
    bench.exchange()
    assert bench.drain() == failed(SecurityFailure.CAPABILITIES_DOWNGRADED)


def test_a_failure_is_told_again_after_the_reader_was_online() -> None:
    bench = online()
    for _ in range(2):
        bench.exchange(lambda reply: replace(reply, mac=bytes(4)))
        assert failed(SecurityFailure.WRONG_MAC)[0] in bench.drain()
        bench.go_to(LinkState.ONLINE)
        bench.drain()


# What a command may change about the link


def test_a_new_key_is_proved_by_a_new_handshake() -> None:
    bench = online()
    key = b"new key new key!"
    bench.link.online.send(commands.KeySet(key))
    bench.exchange()
    completed, offline = bench.drain()
    assert isinstance(completed, events.CommandCompleted)
    assert offline == events.ReaderOffline(ADDRESS, OfflineReason.REKEYED)
    bench.go_to(LinkState.ONLINE)
    (event,) = bench.drain()
    assert isinstance(event, events.ReaderOnline)
    assert event.is_secure


def test_pairing_begins_with_the_default_key_and_ends_with_an_own_one() -> None:
    bench = online(ReaderSettings(ADDRESS, is_pairing=True), PeripheralSettings(ADDRESS, is_install_mode=True))
    bench.link.online.send(commands.KeySet(KEY))
    bench.exchange()
    bench.go_to(LinkState.ONLINE)
    last = bench.drain()[-1]
    assert isinstance(last, events.ReaderOnline)
    assert last.is_secure


def test_a_reader_moves_to_another_address() -> None:
    bench = online()
    bench.link.online.send(commands.ComSet(9, 38400))
    bench.exchange()
    completed, offline, changed = bench.drain()
    assert isinstance(completed, events.CommandCompleted)
    assert offline == events.ReaderOffline(ADDRESS, OfflineReason.RECONFIGURED)
    assert changed == events.CommunicationChanged(ADDRESS, 9, 38400)
    assert bench.link.address == 9
    assert bench.ask().address == 9


def test_a_disabled_reader_is_left_alone_until_it_is_enabled() -> None:
    bench = online()
    bench.link.enable()
    assert bench.link.is_online
    bench.link.disable()
    bench.link.disable()
    assert bench.drain() == [events.ReaderOffline(ADDRESS, OfflineReason.DISABLED)]
    bench.link.enable()
    bench.go_to(LinkState.ONLINE)


def test_a_file_with_the_line_to_itself_delays_the_next_poll() -> None:
    bench = online(PLAIN)
    bench.link.online.queue.clear()
    bench.link.online.send_file(1, bytes(5000))
    status = replies.FileTransferStatus(0, delay_ms=700, may_interleave=False)
    bench.reply(status)
    assert bench.link.due_at == bench.now + 0.7


def test_the_queue_shows_waiting_commands_while_online() -> None:
    bench = online()
    assert not bench.link.has_commands
    bench.link.online.send(commands.Buzzer())
    assert bench.link.has_commands


def test_every_exchange_is_counted() -> None:
    bench = online()
    report = bench.link.counters.report()
    assert report.transmissions == report.replies > 4
    assert report.retries == report.silences == 0


def test_a_fast_reader_is_soon_missed_at_a_poll_but_not_at_a_command() -> None:
    bench = online()
    assert bench.link.reply_delay == 0.2
    for _ in range(200):
        bench.exchange()
    bench.ask()
    assert bench.link.reply_delay == 0.03
    bench = online()
    bench.link.online.send(commands.Buzzer())
    bench.ask()
    assert bench.link.reply_delay == 0.2


def test_a_slow_reader_gets_three_times_its_slowest_reply() -> None:
    bench = online()
    for _ in range(200):
        asked = bench.ask()
        bench.link.handle_frame(bench.answer(asked), bench.now + 0.02)
    bench.ask()
    assert bench.link.reply_delay == pytest.approx(0.06)
