"""Relevant time passes without a message: what is dated ahead comes in force by the gateway's own clock."""

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from access_policy.decide import decide
from access_policy.facts import TapFacts
from cloud import bus
from cloud.database import Database
from cloud.desired_state import service as desired_state
from cloud.flags import service as flags
from cloud.flags.service import FlagDetails
from gateway.adapters.store_sqlite.store import GatewayStore
from sync_protocol.state_rows import CredentialRow, FlagRow
from tests.club import Club
from tests.fake_clock import FakeClock
from tests.in_loop import in_loop
from tests.integration.test_gateway_whole import CARD, MEMBER, site

TODAY = datetime(2026, 11, 22, 9, tzinfo=UTC)
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def club(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Club]:
    (tmp_path / "tornello.db").write_bytes(migrated_sqlite.read_bytes())
    database = Database(f"sqlite:///{tmp_path}/tornello.db", dispatch=bus.dispatch, clock=lambda: TODAY)
    yield Club.found(database)
    database.close()


def outcome(store: GatewayStore, credential_hash: str, lane_id: str, at: datetime) -> tuple[str, str]:
    view = store.gate_reader.find_gate_view(credential_hash)
    facts = TapFacts(lane_id, "in", "free", int(at.timestamp()), is_clock_trusted=True)
    decision = decide(view, facts)
    return decision.outcome, decision.reason


def test_a_flag_and_a_contract_dated_tomorrow_act_tomorrow_at_a_gateway_that_hears_nothing_any_more(
    club: Club, tmp_path: Path
) -> None:
    lane_id = club.add_lane()
    with club.database.transaction() as session:
        flagged, coming = club.add_member(session, "Anna", card=7), club.add_member(session, "Bea", card=8)
        club.add_contract(session, flagged)
        club.add_contract(session, coming, starts_on=date(2026, 11, 23))
        details = FlagDetails(effect="block", texts={"it": "Domani"}, starts_at=TOMORROW - timedelta(hours=1))
        flags.raise_flag(session, club.actor, flagged, details)
    with club.database.session() as session:
        snapshot = desired_state.take_snapshot(session, club.site_id)
    cards = {
        row.member_id: row.credential_hash
        for chunk in snapshot.chunks
        for row in chunk.rows
        if isinstance(row, CredentialRow)
    }

    async def live() -> None:
        async with GatewayStore.open(tmp_path / "gateway", FakeClock()) as store:
            for chunk in snapshot.chunks:
                await store.state.stage_chunk(chunk)
            await store.state.note_contact(int(TODAY.timestamp()))
            assert [outcome(store, cards[one], lane_id, TODAY)[0] for one in (flagged, coming)] == ["allow", "block"]
            assert outcome(store, cards[flagged], lane_id, TOMORROW) == ("block", "flagged_by_staff")
            assert outcome(store, cards[coming], lane_id, TOMORROW) == ("allow", "granted")

    asyncio.run(live())


@in_loop
async def test_a_flag_that_was_sent_ahead_blocks_at_its_hour_with_the_broker_dead(tmp_path: Path) -> None:
    async with site(tmp_path) as (gateway, cloud, broker):
        before = cloud.state.revision
        starts_at = int(time.time()) + 4
        cloud.state.put(FlagRow("flg_ahead", MEMBER, "manual", "block", texts={"en": "Now"}, starts_at=starts_at))
        await cloud.push(before)
        await cloud.until(lambda: cloud.applied() == cloud.state.revision)
        broker.kill()
        assert (await gateway.tap(CARD))["outcome"] == "allow"
        assert time.time() < starts_at, "this machine is too slow for the test"
        await asyncio.sleep(starts_at + 0.2 - time.time())
        refused = await gateway.tap(CARD)
        assert (refused["outcome"], refused["reason"]) == ("block", "flagged_by_staff")
