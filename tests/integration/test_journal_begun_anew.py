"""A gateway whose journal had to be begun anew, and a cloud that has some of its events already."""

from pathlib import Path

from sqlalchemy import func, select

from cloud.access_events import journal
from cloud.access_events.models import AccessEvent
from cloud.contracts import service as contracts
from cloud.database import Database
from gateway.adapters.store_sqlite.store import GatewayStore
from sync_protocol.journal_events import AccessTaken, SealedEvent
from sync_protocol.messages import EventBatch
from tests.club import Club, gateway_of
from tests.integration.test_store_damage import damage
from tests.opened_store import everything_in, opened, run

VISITS = 900
IN_FLIGHT_UP_TO = 700


def test_nothing_is_stored_or_counted_twice_when_a_damaged_journal_sends_again_what_was_on_its_way(
    database: Database, tmp_path: Path
) -> None:
    club = Club.found(database)
    gateway_id = club.add_gateway(club.add_lane())
    with database.transaction() as session:
        member_id = club.add_member(session)
        contract_id = club.add_contract(session, member_id, visits_total=2 * VISITS)

    def send(store: GatewayStore, events: list[SealedEvent]) -> None:
        for begin in range(0, len(events), 100):
            with database.transaction() as session:
                batch = EventBatch(store.journal.epoch, tuple(events[begin : begin + 100]))
                journal.record_batch(session, gateway_of(session, gateway_id), batch)

    async def test() -> None:
        async with opened(tmp_path / "state") as store:
            for number in range(VISITS):
                store.journal.append(
                    AccessTaken(f"tap{number}", "lan_1", "in", member_id, contract_id, spends_visit=True)
                )
            send(store, (await everything_in(store))[:IN_FLIGHT_UP_TO])  # the acknowledgement is lost
        damage(tmp_path / "state" / "journal.db")
        async with opened(tmp_path / "state") as store:
            events = await everything_in(store)
            assert store.journal.epoch not in _epochs(database)
            send(store, events)

    run(test)
    with database.session() as session:
        taps = session.execute(
            select(AccessEvent.tap_id, func.count()).where(AccessEvent.kind == "access_taken").group_by("tap_id")
        ).all()
        assert len(taps) > IN_FLIGHT_UP_TO
        assert {count for _, count in taps} == {1}
        assert contracts.get(session, contract_id).visits_used == len(taps)


def _epochs(database: Database) -> set[str]:
    with database.session() as session:
        return set(session.scalars(select(AccessEvent.journal_epoch).distinct()))
