"""The link enforces the secure channel, and survives what commands change about it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from firmware_protocol.osdp import commands, events, replies
from firmware_protocol.osdp.codes import NakCode, ReplyCode, SecurityBlockType
from firmware_protocol.osdp.device_settings import PeripheralSettings
from firmware_protocol.osdp.errors import SecurityFailure
from firmware_protocol.osdp.events import Event, OfflineReason
from firmware_protocol.osdp.frame import Frame, SecurityBlock
from firmware_protocol.osdp.link_states import LinkState
from firmware_protocol.osdp.reader_settings import ReaderSettings
from firmware_protocol.osdp.replies import Capabilities, Capability
from tests.unit.firmware_protocol.osdp.emulated_bus import KEY
from tests.unit.firmware_protocol.osdp.link_bench import ADDRESS, KEYED, PLAIN, Bench, nak, online


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
