from dataclasses import replace

import pytest

from firmware_protocol.osdp import commands, events, replies
from firmware_protocol.osdp.codes import NakCode, ReplyCode
from firmware_protocol.osdp.device_settings import PeripheralSettings
from firmware_protocol.osdp.errors import CommandRefusedError, PayloadError, UnexpectedReplyError
from firmware_protocol.osdp.events import OfflineReason
from firmware_protocol.osdp.frame import Frame
from firmware_protocol.osdp.link_states import LinkState
from firmware_protocol.osdp.reader_link import BUSY_MAX, SILENCES_MIN, SILENT_SECONDS, backoff
from firmware_protocol.osdp.reader_settings import ReaderSettings
from firmware_protocol.osdp.replies import Capabilities, Identification
from tests.unit.firmware_protocol.osdp.emulated_bus import KEY
from tests.unit.firmware_protocol.osdp.link_bench import ADDRESS, KEYED, PLAIN, Bench, nak, online


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


def test_a_slow_line_does_not_make_a_reader_slow() -> None:
    bench = online()
    for _ in range(200):
        asked = bench.ask()
        bench.link.sent_at = bench.now + 0.016
        bench.link.handle_frame(bench.answer(asked), bench.now + 0.034, wire_time=0.016)
    bench.ask()
    assert bench.link.reply_delay == 0.03
