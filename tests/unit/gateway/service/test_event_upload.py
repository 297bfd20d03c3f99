import asyncio

from gateway.service.event_upload import BATCH_BYTES_MAX, RESEND_AFTER_S, WINDOW_BATCHES, EventUpload
from gateway.service.ports import LinkDownError
from sync_protocol.codec import PAYLOAD_BYTES_MAX, encode_message
from sync_protocol.journal_events import SealedEvent
from sync_protocol.messages import EventBatch, EventRefused, EventsAcked, Message, Welcome
from tests.fake_clock import FakeClock
from tests.fake_sync import FakeJournal, FakeLink
from tests.in_loop import in_loop


class Bench:
    """An upload with everything around it in the hand."""

    def __init__(self, events: int) -> None:
        self.link, self.journal, self.clock = FakeLink(), FakeJournal(events), FakeClock()
        self.upload = EventUpload(self.link, self.journal, self.clock)

    async def welcome(self, acked_seq: int = -1, epoch: str = "epoch-a", chain: bytes = b"") -> bool:
        return await self.upload.handle_welcome(Welcome(0, 7, b"", epoch, acked_seq, acked_chain=chain))

    async def acked(self, upto_seq: int, epoch: str = "epoch-a") -> bool:
        return await self.upload.handle_acked(EventsAcked(epoch, upto_seq, 7))

    async def send_all(self) -> list[tuple[int, int]]:
        """Send as long as something may be sent; the ranges of what went out."""
        before = len(self.link.sent)
        while await self.upload.send_next():
            pass
        batches = [sent for sent in self.link.sent[before:] if isinstance(sent, EventBatch)]
        return [(batch.events[0].seq, batch.events[-1].seq) for batch in batches]


@in_loop
async def test_nothing_is_sent_before_the_welcome() -> None:
    bench = Bench(10)
    assert await bench.send_all() == []


@in_loop
async def test_a_batch_has_at_most_200_events_and_the_window_four_batches() -> None:
    bench = Bench(2000)
    await bench.welcome()
    assert await bench.send_all() == [(0, 199), (200, 399), (400, 599), (600, 799)]
    await bench.acked(399)
    assert await bench.send_all() == [(800, 999), (1000, 1199)]


@in_loop
async def test_the_welcome_says_where_to_go_on_and_settles_what_is_known() -> None:
    bench = Bench(50)
    assert await bench.welcome(acked_seq=29)
    assert bench.journal.settled == [(29, 7)]
    assert await bench.send_all() == [(30, 49)]


@in_loop
async def test_a_cloud_that_knows_less_than_it_confirmed_was_restored_and_is_greeted_anew() -> None:
    bench = Bench(50)
    await bench.welcome(acked_seq=29)
    await bench.send_all()
    assert await bench.acked(11) is False
    assert await bench.send_all() == []
    assert await bench.welcome(acked_seq=29)
    assert await bench.send_all() == [(30, 49)]


@in_loop
async def test_a_welcome_for_another_epoch_opens_nothing() -> None:
    bench = Bench(50)
    assert not await bench.welcome(epoch="epoch-z")
    assert await bench.send_all() == []


@in_loop
async def test_a_cloud_that_knows_more_than_we_ever_said_makes_a_new_epoch() -> None:
    bench = Bench(50)
    assert not await bench.welcome(acked_seq=50)
    assert bench.journal.epoch == "epoch-b"
    assert await bench.send_all() == []


@in_loop
async def test_a_cloud_that_has_other_events_under_our_numbers_settles_none_of_ours() -> None:
    """An old image of the card was put in, and events were written before the cloud was heard."""
    bench = Bench(50)
    assert not await bench.welcome(acked_seq=29, chain=b"x" * 32)
    assert (bench.journal.settled, bench.journal.epoch) == ([], "epoch-b")
    assert await bench.welcome(acked_seq=-1, epoch="epoch-b")
    assert await bench.send_all() == [(0, 49)]


@in_loop
async def test_a_cloud_that_has_our_events_settles_them() -> None:
    bench = Bench(50)
    assert await bench.welcome(acked_seq=29, chain=bench.journal.events[29].chain)
    assert (bench.journal.settled, bench.journal.epoch) == ([(29, 7)], "epoch-a")


@in_loop
async def test_a_window_without_an_answer_is_sent_again() -> None:
    bench = Bench(250)
    await bench.welcome()
    await bench.send_all()
    bench.clock.advance(RESEND_AFTER_S - 0.1)
    assert await bench.send_all() == []
    bench.clock.advance(0.2)
    assert await bench.send_all() == [(0, 199), (200, 249)]


@in_loop
async def test_a_repeated_word_means_that_the_next_batch_was_lost() -> None:
    bench = Bench(600)
    await bench.welcome()
    await bench.send_all()
    bench.clock.advance(1.5)
    await bench.acked(199)
    await bench.acked(199)
    await bench.acked(199)
    assert await bench.send_all() == [(200, 399), (400, 599)], "once, not for every repetition"


@in_loop
async def test_words_about_another_epoch_are_not_ours() -> None:
    bench = Bench(10)
    await bench.welcome()
    await bench.acked(5, epoch="epoch-z")
    await bench.upload.handle_refused(EventRefused("epoch-z", 3, "odd"))
    assert (bench.journal.settled, bench.journal.aside) == ([], [])


@in_loop
async def test_an_old_acknowledgement_settles_nothing() -> None:
    bench = Bench(10)
    await bench.welcome(acked_seq=8)
    await bench.acked(3)
    assert bench.journal.acked_seq == 8


@in_loop
async def test_a_refused_event_is_put_aside() -> None:
    bench = Bench(10)
    await bench.welcome()
    await bench.upload.handle_refused(EventRefused("epoch-a", 3, "o" * 5000))
    assert bench.journal.aside == [(3, "o" * 500)]


@in_loop
async def test_after_the_link_was_lost_everything_unconfirmed_is_sent_again() -> None:
    bench = Bench(250)
    await bench.welcome()
    await bench.send_all()
    bench.upload.close()
    assert await bench.send_all() == []
    await bench.welcome(acked_seq=99)
    assert await bench.send_all() == [(100, 249)]


class LateLink(FakeLink):
    """Says of the first message only when asked that it was lost."""

    def __init__(self) -> None:
        super().__init__()
        self.is_asked, self.tell_loss, self.has_sent = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def publish(self, message: Message) -> None:
        if not self.is_asked.is_set():
            self.is_asked.set()
            await self.tell_loss.wait()
            raise LinkDownError("lost long ago")
        await super().publish(message)
        self.has_sent.set()


@in_loop
async def test_a_loss_that_is_told_late_does_not_close_the_upload_on_the_next_link() -> None:
    bench, link = Bench(10), LateLink()
    bench.upload = EventUpload(link, bench.journal, bench.clock)
    await bench.welcome()
    running = asyncio.ensure_future(bench.upload.run())
    await link.is_asked.wait()
    bench.upload.close()
    await bench.welcome()
    link.tell_loss.set()
    await asyncio.wait_for(link.has_sent.wait(), timeout=5)
    running.cancel()
    assert link.sent == [EventBatch("epoch-a", tuple(bench.journal.events))]


@in_loop
async def test_big_events_make_small_batches() -> None:
    bench = Bench(0)
    bench.journal.events = [SealedEvent(seq, b"x" * 10_000, bytes(32)) for seq in range(8)]
    await bench.welcome()
    assert await bench.send_all() == [(0, 5), (6, 7)]
    for sent in bench.link.sent:
        assert len(encode_message(sent)) <= PAYLOAD_BYTES_MAX
    assert WINDOW_BATCHES * BATCH_BYTES_MAX < 256 * 1024
