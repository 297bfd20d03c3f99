"""What siblings may ask for and what is known of theirs, over restarts, a new epoch and a damaged file."""

import asyncio
from pathlib import Path

from gateway.adapters.store_sqlite.journal import JournalLimits
from gateway.adapters.store_sqlite.sibling_rows import EPOCHS_MAX, MARKS_MAX, OWN_MAX
from gateway.adapters.store_sqlite.store import GatewayStore
from gateway.domain.passage_ledger import LedgerEntry
from gateway.domain.presence import Passage
from gateway.service.sibling_ports import SiblingMark
from sync_protocol.journal_events import AccessNotTaken
from tests.desired_state import load
from tests.full_disk import no_file_grows_beyond
from tests.integration.test_store_presence import GYM, NOW_S, club_with_gym, come, go, learn_site, member_id
from tests.opened_store import opened, run


def heard(store: GatewayStore, seq: int, number: int, at_s: int = NOW_S, *, is_guest: bool = False) -> None:
    passage = Passage(member_id(number), "lan_b", GYM, "", at_s, is_guest)
    entry = LedgerEntry("gwy_b", seq, at_s * 1000, passage)
    store.siblings.take(SiblingMark("gwy_b", "epoch", seq, NOW_S), [entry])


def test_only_durable_passages_are_told_also_after_a_restart(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path) as store:
            waiting = asyncio.create_task(store.siblings.wait_for_passage(-1))
            store.journal.append(AccessNotTaken("tap", "lan_a", "in", member_id(1)))
            store.journal.append(come(1))
            store.journal.append(come(2))
            assert store.siblings.newest_seq == -1
            assert store.siblings.passages_behind(-1, 9) == []
            await store.journal.flushed()
            await waiting
            await store.journal.settle(2, 1)
            epoch = store.siblings.epoch
        async with opened(tmp_path) as store:
            assert (store.siblings.epoch, store.siblings.newest_seq) == (epoch, 2)
            assert [one.seq for one in store.siblings.passages_behind(-1, 9)] == [1, 2]
            assert [one.body for one in store.siblings.passages_behind(1, 9)] == [come(2)]
            assert [one.seq for one in store.siblings.passages_behind(-1, 1)] == [1]

    run(test)


def test_a_new_epoch_begins_without_passages(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path) as store:
            store.journal.append(come(1))
            await store.journal.begin_epoch()
            assert store.siblings.newest_seq == -1
            store.journal.append(come(2))
            await store.journal.flushed()
        async with opened(tmp_path) as store:
            assert [one.body for one in store.siblings.passages_behind(-1, 9)] == [come(2)]

    run(test)


def test_whom_siblings_have_seen_is_kept_with_the_mark_of_it_also_without_events_of_its_own(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path) as store:
            await load(store.state, club_with_gym(5))
            learn_site(store)
            store.journal.append(come(1))
            heard(store, 7, 2)
            store.journal.append(go(1))
            await store.journal.flushed()
            heard(store, 9, 3)
        async with opened(tmp_path) as store:
            learn_site(store)
            assert store.siblings.known_seq("gwy_b", "epoch") == 9
            assert store.siblings.known_seq("gwy_b", "another") == -1
            inside = {person.member_id for person in store.journal.presence.people_in(GYM, NOW_S)}
            assert inside == {member_id(2), member_id(3)}

    run(test)


def test_a_guest_who_turns_out_to_be_another_is_not_kept_twice(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path) as store:
            await load(store.state, club_with_gym(5))
            learn_site(store)
            store.journal.append(come(1, is_guest=True))
            heard(store, 7, 1, NOW_S - 60)
            heard(store, 8, 1, NOW_S - 30, is_guest=True)
            before = store.journal.presence.occupancy(GYM, NOW_S)
        async with opened(tmp_path) as store:
            learn_site(store)
            assert store.journal.presence.occupancy(GYM, NOW_S) == before == 3

    run(test)


def test_only_so_many_passages_are_kept_for_siblings(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path) as store:
            for _ in range(OWN_MAX + 50):
                store.journal.append(come(1))
            await store.journal.flushed()
        async with opened(tmp_path) as store:
            assert len(store.siblings.passages_behind(-1, OWN_MAX * 2)) == OWN_MAX

    run(test)


def test_what_is_known_of_siblings_is_saved_from_a_damaged_journal(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path) as store:
            heard(store, 7, 2)
            for _ in range(2_000):
                store.journal.append(AccessNotTaken("tap", "lan_a", "in", "x" * 200))
            await store.journal.flushed()
        path = tmp_path / "journal.db"
        with path.open("r+b") as file:
            file.seek(path.stat().st_size // 2)
            file.write(b"\xff" * 20_000)
        async with opened(tmp_path) as store:
            assert list(tmp_path.glob("journal.db.aside-corrupt-*"))
            assert store.siblings.known_seq("gwy_b", "epoch") == 7

    run(test)


def test_a_sibling_that_makes_up_epochs_displaces_nothing_but_its_own(tmp_path: Path) -> None:
    def known(store: GatewayStore) -> list[int]:
        made_up = [store.siblings.known_seq("gwy_x", f"e{number}") for number in range(MARKS_MAX + 10)]
        assert [seq for seq in made_up if seq >= 0] == made_up[-EPOCHS_MAX:]
        return [store.siblings.known_seq("gwy_b", "epoch"), store.siblings.known_seq("gwy_x", f"e{MARKS_MAX + 9}")]

    async def test() -> None:
        async with opened(tmp_path) as store:
            heard(store, 7, 2)
            for number in range(MARKS_MAX + 10):
                store.siblings.take(SiblingMark("gwy_x", f"e{number}", number, NOW_S + number), [])
            assert known(store) == [7, MARKS_MAX + 9]
        async with opened(tmp_path) as store:
            assert known(store) == [7, MARKS_MAX + 9]

    run(test)


def test_what_siblings_tell_while_the_disk_takes_nothing_is_kept_once_for_each_person(tmp_path: Path) -> None:
    limits = JournalLimits(pending_max=50)

    async def test() -> None:
        async with opened(tmp_path, limits=limits) as store:
            await load(store.state, club_with_gym(20))
            learn_site(store)
            with no_file_grows_beyond(1):
                for seq in range(2_000):
                    heard(store, seq, seq % 20)
                assert len(store.journal._pending_consequences) <= 2 * limits.pending_max
        async with opened(tmp_path) as store:
            learn_site(store)
            assert store.siblings.known_seq("gwy_b", "epoch") == 1_999
            assert len(store.journal.presence.members_inside()) == 20

    run(test)
