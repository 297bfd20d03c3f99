"""A blocking task from the click to the turnstile and back: cloud, mosquitto with mutual TLS, a whole gateway."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from cloud import bus
from cloud.access_events import feed_rows
from cloud.access_events.feed_rows import FeedRow
from cloud.access_events.repository import EventFilter
from cloud.credentials import service as credentials
from cloud.credentials.service import CardSpec
from cloud.database import Database
from cloud.desired_state import service as desired_state
from cloud.sites import service as sites
from cloud.tasks import closing
from cloud.tasks.closing import Closing
from gateway.identity import Identity
from tests.club import SECRET
from tests.in_loop import in_loop
from tests.integration.site_stand import PATIENCE_S, Stand, standing_site
from tests.reader_on_pty import FACILITY
from tests.running_gateway import identity, running_gateway
from tests.tasks import add_task, add_type

CARD = 4711


@pytest.fixture
def stand(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Stand]:
    shutil.copy(migrated_sqlite, tmp_path / "tornello.db")
    database = Database(f"sqlite:///{tmp_path}/tornello.db", dispatch=bus.dispatch)
    with standing_site(tmp_path, database) as stand:
        yield stand
    database.close()


@in_loop
async def test_a_blocking_task_stops_the_next_tap_and_its_closing_lets_in(stand: Stand, tmp_path: Path) -> None:
    """Features 122, 138."""
    who = enrol(stand, tmp_path / "gate")
    member_id, type_id = found_somebody(stand)
    async with stand.link(), running_gateway(tmp_path / "gate", who=who) as gateway:
        await until(lambda: applied(stand) == head(stand) > 0)
        first = await gateway.tap(CARD)
        with stand.club.database.transaction() as session:
            task_id = add_task(stand.club, session, member_id, type_id, text="Certificate of May")
        await until(lambda: proof(stand, task_id) == [("in_force", "raised")])
        second = await gateway.tap(CARD)
        await until(lambda: bool(refusals(stand)))
        with stand.club.database.transaction() as session:
            closing.close(session, stand.club.actor, task_id, Closing(outcome_id=None, result="Talked"))
        await until(lambda: proof(stand, task_id) == [("in_force", "cleared")])
        third = await gateway.tap(CARD)
    assert [tap["outcome"] for tap in (first, second, third)] == ["allow", "block", "allow"]
    assert second["text"] == "Anna, see the desk"
    (refusal,) = refusals(stand)
    (tell,) = refusal.tells
    assert (refusal.member_id, tell.task_id) == (member_id, task_id)
    assert (tell.type_name, tell.hint, tell.text) == ("Talk to them", "Ask for the green pass", "Certificate of May")


def enrol(stand: Stand, folder: Path) -> Identity:
    """A gateway of the site with a certificate of its authority, as its enrolment leaves it."""
    enrolled = folder / "state" / "identity"
    enrolled.mkdir(parents=True)
    scripted = stand.add_gateway()
    shutil.copy(scripted.tls.authority, enrolled / "authority.pem")
    shutil.copy(scripted.tls.certificate, enrolled / "certificate.pem")
    shutil.copy(scripted.tls.key, enrolled / "key.pem")
    with stand.club.database.session() as session:
        site = sites.get_site(session, stand.club.site_id)
        signer = sites.site_signer(site, SECRET)
        (lane,) = sites.list_lanes(session, site.id)
        return replace(
            identity(),
            site_id=site.id,
            gateway_id=scripted.gateway_id,
            lane_id=lane.id,
            broker_host=stand.broker.host,
            broker_port=stand.broker.port,
            signing_keys={signer.key_id: signer.public_key},
            credential_key=site.credential_key,
        )


def found_somebody(stand: Stand) -> tuple[str, str]:
    """A member with a card and a contract that runs, and a type that blocks."""
    club = stand.club
    with club.database.transaction() as session:
        member_id = club.add_member(session, "Anna")
        credentials.issue(session, club.actor, member_id, CardSpec(card_number=CARD, facility_code=FACILITY))
        today = session.now.date()
        club.add_contract(session, member_id, starts_on=today - timedelta(days=2), ends_on=today + timedelta(days=30))
        return member_id, add_type(club, session)


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not is_so():
            await asyncio.sleep(0.02)


def head(stand: Stand) -> int:
    with stand.club.database.session() as session:
        return desired_state.head(session, stand.club.site_id).revision


def applied(stand: Stand) -> int:
    with stand.club.database.session() as session:
        (gateway,) = sites.list_gateways(session, stand.club.site_id)
        return gateway.applied_revision


def proof(stand: Stand, task_id: str) -> list[tuple[str, str]]:
    with stand.club.database.session() as session:
        return [(one.state, one.wanted) for one in desired_state.flag_proof(session, task_id)]


def refusals(stand: Stand) -> list[FeedRow]:
    with stand.club.database.session() as session:
        page = feed_rows.latest(session, EventFilter(), before_id=None, limit=20)
    return [row for row in page.rows if isinstance(row, FeedRow) and row.outcome == "block"]
