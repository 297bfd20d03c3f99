from gateway.service.clock_keeping import ClockKeeping
from gateway.service.cloud_session import (
    HEARTBEAT_EVERY_S,
    HELLO_EVERY_S,
    NONCE_BYTES,
    RETRY_AFTER_MAX_S,
    SILENCE_MAX_S,
    SLOW_ANSWER_S,
    UNANSWERED_HELLO_S,
    CloudSession,
    NoCommands,
    SessionPorts,
)
from gateway.service.event_upload import GO_BACK_EVERY_S
from sync_protocol import messages as m
from sync_protocol.self_test import CheckOutcome, SelfTestReport
from tests.fake_clock import FakeClock
from tests.fake_sync import FakeJournal, FakeLink, FakeStateStore
from tests.in_loop import in_loop


class CountingCommands(NoCommands):
    answered_again = 0

    async def answer_again(self) -> None:
        self.answered_again += 1


class Bench:
    def __init__(self) -> None:
        self.commands = CountingCommands()
        self.link, self.journal, self.state, self.clock = FakeLink(), FakeJournal(3), FakeStateStore(), FakeClock()
        self.self_test: SelfTestReport | None = None
        ports = SessionPorts(
            self.link,
            self.journal,
            self.state,
            self.clock,
            lambda: (),
            self_test=lambda: self.self_test,
            commands=self.commands,
        )
        keeping = ClockKeeping(self.clock, self.state, self.state)
        self.session = CloudSession(ports, keeping, version="1.2", told=lambda _revision: None)

    async def connect(self) -> None:
        await self.session.handle_connected()

    async def welcome(self, *, cloud_time_ms: int = 1_800_000_000_000, nonce: bytes | None = None) -> None:
        """The answer to the newest Hello, or to another one."""
        place = (self.journal.epoch, -1, self.nonces()[-1] if nonce is None else nonce)
        await self.session.handle_message(m.Welcome(cloud_time_ms, 5, self.state.digest_root, *place))

    def nonces(self) -> list[bytes]:
        return [sent.nonce for sent in self.link.sent if isinstance(sent, m.Hello)]

    async def pass_time(self, seconds: float) -> None:
        """In steps of a second, as the loop does."""
        for _ in range(int(seconds)):
            self.clock.advance(1.0)
            await self.session.tick()

    def count(self, kind: type[m.Message]) -> int:
        return sum(isinstance(sent, kind) for sent in self.link.sent)


@in_loop
async def test_hello_comes_first_and_says_everything() -> None:
    bench = Bench()
    await bench.connect()
    (nonce,) = bench.nonces()
    assert bench.link.sent == [
        m.Hello(
            "boot-a",
            "1.2",
            "epoch-a",
            5,
            bench.state.digest_root,
            m.OutboxRange(0, 3),
            "synced",
            bench.clock.wall_ms(),
            nonce=nonce,
        )
    ]
    assert len(nonce) == NONCE_BYTES


@in_loop
async def test_hello_is_said_again_until_it_is_answered() -> None:
    bench = Bench()
    await bench.connect()
    await bench.pass_time(HELLO_EVERY_S + UNANSWERED_HELLO_S)
    assert bench.count(m.Hello) == 2
    await bench.welcome()
    await bench.pass_time(10)
    assert bench.count(m.Hello) == 2


@in_loop
async def test_hello_is_said_at_most_once_a_second() -> None:
    bench = Bench()
    bench.state.is_countable = False
    await bench.connect()
    await bench.welcome()
    for _ in range(10):
        await bench.session.handle_message(m.CloudHeartbeat(1, 5, b"another digest--"))
        await bench.session.tick()
    assert bench.count(m.Hello) == 1
    await bench.pass_time(1)
    assert bench.count(m.Hello) == 2
    assert bench.link.sent[-1].wants_snapshot  # type: ignore[attr-defined]


@in_loop
async def test_the_heart_beats_every_fifteen_seconds() -> None:
    bench = Bench()
    await bench.connect()
    await bench.welcome()
    for _ in range(4):
        await bench.pass_time(HEARTBEAT_EVERY_S)
        await bench.session.handle_message(m.CloudHeartbeat(1, 5, bench.state.digest_root))
    assert bench.count(m.Heartbeat) == 4
    assert [sent.beat for sent in bench.link.sent if isinstance(sent, m.Heartbeat)] == [1, 2, 3, 4]


@in_loop
async def test_a_silent_cloud_costs_the_link_within_25_seconds() -> None:
    bench = Bench()
    await bench.connect()
    await bench.welcome()
    await bench.pass_time(SILENCE_MAX_S)
    assert bench.link.given_up == []
    await bench.pass_time(1)
    assert len(bench.link.given_up) == 1


@in_loop
async def test_nothing_is_said_while_there_is_no_link() -> None:
    bench = Bench()
    bench.link.is_connected = False
    await bench.pass_time(60)
    assert (bench.link.sent, bench.link.given_up) == ([], [])


@in_loop
async def test_a_welcome_opens_the_upload_and_a_lost_link_closes_it() -> None:
    bench = Bench()
    await bench.connect()
    await bench.welcome()
    was_welcome = bench.session.is_welcome
    assert await bench.session.upload.send_next()
    bench.session.handle_disconnected()
    assert (was_welcome, bench.session.is_welcome) == (True, False)
    assert not await bench.session.upload.send_next()


@in_loop
async def test_a_lost_hello_after_the_cloud_forgot_what_it_had_is_said_again() -> None:
    bench = Bench()
    await bench.connect()
    await bench.welcome()
    bench.journal.acked_seq = 2
    await bench.session.handle_message(m.EventsAcked(bench.journal.epoch, 0, 5, bench.nonces()[-1]))
    await bench.pass_time(2 * (HELLO_EVERY_S + UNANSWERED_HELLO_S))
    assert not await bench.session.upload.send_next()
    assert bench.count(m.Hello) == 3


@in_loop
async def test_a_cloud_that_is_busy_is_greeted_again_when_it_asked_for() -> None:
    bench = Bench()
    await bench.connect()
    await bench.session.handle_message(m.Refused("hello", "busy", 1, retry_after_s=10))
    await bench.pass_time(9)
    assert bench.count(m.Hello) == 1
    await bench.pass_time(1)
    assert bench.count(m.Hello) == 2


@in_loop
async def test_nobody_can_send_a_gateway_away_for_longer_than_a_minute() -> None:
    bench = Bench()
    await bench.connect()
    await bench.session.handle_message(m.Refused("hello", "busy", 1, retry_after_s=1_000_000))
    await bench.session.handle_message(m.Refused("hello", "busy", 1, retry_after_s=-5))
    assert bench.count(m.Hello) == 1, "not at once either"
    await bench.session.handle_message(m.Refused("hello", "busy", 1, retry_after_s=1_000_000))
    await bench.pass_time(RETRY_AFTER_MAX_S)
    assert bench.count(m.Hello) == 2


@in_loop
async def test_who_was_sent_away_stays_away_also_over_a_new_connection() -> None:
    bench = Bench()
    await bench.connect()
    await bench.session.handle_message(m.Refused("hello", "busy", 1, retry_after_s=10))
    bench.session.handle_disconnected()
    await bench.connect()
    await bench.pass_time(9)
    assert bench.count(m.Hello) == 1


@in_loop
async def test_a_signed_word_counts_as_contact() -> None:
    bench = Bench()
    await bench.connect()
    await bench.session.handle_message(m.CloudHeartbeat(1_800_000_000_000, 5, bench.state.digest_root))
    assert bench.state.contacts == [1_800_000_000]


@in_loop
async def test_a_welcome_is_believed_only_as_the_answer_to_a_hello_and_only_once() -> None:
    bench = Bench()
    await bench.connect()
    (nonce,) = bench.nonces()
    await bench.welcome(nonce=b"of another day")
    was_welcome = bench.session.is_welcome
    await bench.welcome(cloud_time_ms=1_800_000_000_000)
    await bench.welcome(cloud_time_ms=1_700_000_000_000, nonce=nonce)
    assert (was_welcome, bench.session.is_welcome) == (False, True)
    assert bench.clock.answered_ms == [1_800_000_000_000]


@in_loop
async def test_a_welcome_that_was_held_back_is_not_believed() -> None:
    bench = Bench()
    await bench.connect()
    bench.clock.advance(SILENCE_MAX_S + 1)
    await bench.welcome()
    assert not bench.session.is_welcome


@in_loop
async def test_after_a_new_connection_the_welcome_of_the_one_before_is_nothing() -> None:
    bench = Bench()
    await bench.connect()
    (nonce,) = bench.nonces()
    bench.session.handle_disconnected()
    await bench.pass_time(HELLO_EVERY_S)
    await bench.connect()
    await bench.welcome(nonce=nonce)
    assert not bench.session.is_welcome


@in_loop
async def test_a_word_that_seems_old_makes_the_gateway_ask() -> None:
    bench = Bench()
    await bench.connect()
    await bench.welcome()
    bench.clock.old_words = {1_700_000_000_000}
    await bench.session.handle_message(m.CloudHeartbeat(1_700_000_000_000, 5, bench.state.digest_root))
    await bench.pass_time(HELLO_EVERY_S)
    await bench.welcome(cloud_time_ms=1_700_000_000_000)
    assert bench.count(m.Hello) == 2
    assert bench.clock.answered_ms[-1] == 1_700_000_000_000
    assert bench.state.contacts == [1_800_000_000, 1_700_000_000]


def beats_of(bench: Bench) -> list[m.Heartbeat]:
    return [sent for sent in bench.link.sent if isinstance(sent, m.Heartbeat)]


@in_loop
async def test_a_self_test_is_told_at_once_and_once_a_connection() -> None:
    bench = Bench()
    bench.self_test = SelfTestReport(1, (CheckOutcome("disk", "bad", "disk_fault", measured="x" * 99),))
    await bench.connect()
    await bench.pass_time(3)
    assert beats_of(bench) == []
    await bench.welcome()
    await bench.pass_time(3)
    bench.self_test = SelfTestReport(2, ())
    await bench.pass_time(3)
    await bench.connect()
    await bench.welcome()
    await bench.pass_time(3)
    assert [beat.self_test and beat.self_test.tested_at_ms for beat in beats_of(bench)] == [1, 2, 2]
    first = beats_of(bench)[0].self_test
    assert first is not None
    assert first.outcomes[0].measured == "x" * 64


@in_loop
async def test_a_disk_that_takes_no_more_is_told_with_every_beat_until_it_does() -> None:
    bench = Bench()
    await bench.connect()
    bench.journal.fault = "database or disk is full\n"
    await bench.pass_time(HEARTBEAT_EVERY_S)
    bench.journal.fault = None
    await bench.pass_time(HEARTBEAT_EVERY_S)
    assert [beat.disk_fault for beat in beats_of(bench)] == ["database or disk is full ", None]


@in_loop
async def test_a_gateway_whose_number_is_behind_says_hello_again() -> None:
    bench = Bench()
    await bench.connect()
    await bench.session.handle_message(m.Refused("hello", "heard before", 1, heard_number=7))
    await bench.pass_time(HELLO_EVERY_S)
    assert bench.count(m.Hello) == 2


@in_loop
async def test_old_words_that_somebody_repeats_do_not_make_a_welcome_gateway_greet_anew() -> None:
    bench = Bench()
    await bench.connect()
    await bench.welcome()
    await bench.session.handle_message(m.Refused("hello", "heard before", 1, heard_number=7))
    await bench.pass_time(5)
    assert bench.count(m.Hello) == 1
    assert bench.session.is_welcome


@in_loop
async def test_a_cloud_that_refuses_everything_is_as_good_as_silent() -> None:
    bench = Bench()
    await bench.connect()
    for _ in range(int(SILENCE_MAX_S) + 1):
        await bench.session.handle_message(m.Refused("hello", "the certificate is revoked", 1))
        await bench.pass_time(1)
    assert bench.link.given_up


@in_loop
async def test_an_answer_on_a_slow_way_says_the_time_so_badly_that_it_is_asked_for_again() -> None:
    bench = Bench()
    await bench.connect()
    bench.clock.advance(SLOW_ANSWER_S + 1.0)
    await bench.welcome()
    await bench.pass_time(HEARTBEAT_EVERY_S - 1.0)
    assert bench.count(m.Hello) == 1
    await bench.pass_time(1.0)
    assert bench.count(m.Hello) == 2
    assert bench.session.is_welcome, "nothing else waits for that answer"
    await bench.welcome()
    await bench.pass_time(2 * HEARTBEAT_EVERY_S)
    assert bench.count(m.Hello) == 2


@in_loop
async def test_a_confirmation_from_before_our_newest_hello_settles_nothing() -> None:
    """It was held back, and the cloud restored since: what it confirms is there no more."""
    bench = Bench()
    await bench.connect()
    old = bench.nonces()[-1]
    await bench.welcome()
    bench.session.handle_disconnected()
    await bench.pass_time(HELLO_EVERY_S)
    await bench.connect()
    await bench.welcome()
    for _ in range(5):
        await bench.session.handle_message(m.EventsAcked(bench.journal.epoch, 2, 5, old))
        await bench.pass_time(2)
    assert bench.journal.acked_seq == -1
    assert bench.count(m.Hello) == 3, "it asks how far the cloud is, and not for each such word"
    await bench.welcome()
    await bench.session.handle_message(m.EventsAcked(bench.journal.epoch, 2, 5, bench.nonces()[-1]))
    assert bench.journal.acked_seq == 2


@in_loop
async def test_a_confirmation_that_overtakes_the_welcome_counts() -> None:
    bench = Bench()
    await bench.connect()
    await bench.welcome()
    await bench.pass_time(HELLO_EVERY_S)
    await bench.session.handle_message(m.Refused("heartbeat", "with a certificate that is not known here", 1))
    await bench.pass_time(1)
    await bench.session.handle_message(m.EventsAcked(bench.journal.epoch, 2, 5, bench.nonces()[-1]))
    assert (bench.count(m.Hello), bench.journal.acked_seq) == (2, 2)


@in_loop
async def test_a_word_that_was_overtaken_is_said_again() -> None:
    bench = Bench()
    await bench.connect()
    await bench.welcome()
    await bench.pass_time(GO_BACK_EVERY_S)
    assert await bench.session.upload.send_next()
    assert not await bench.session.upload.send_next()
    for _ in range(3):
        await bench.session.handle_message(m.Refused("events", "heard before", 1, heard_number=7))
    assert await bench.session.upload.send_next(), "the batch"
    assert bench.commands.answered_again == 2, "the results of commands: at the welcome, and then sparingly"
