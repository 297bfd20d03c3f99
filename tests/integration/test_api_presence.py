"""Who is inside and alarms, over HTTP, on both databases."""

import pytest

from cloud.access_events import journal
from cloud.access_rules import zones
from cloud.database import Database
from cloud.kit.clock import utc_now
from cloud.kit.ids import new_id
from cloud.sites import service as sites
from sync_protocol.journal_events import CHAIN_START, AccessDecided, AccessTaken, EventBody, JournalEvent, seal_event
from sync_protocol.messages import EventBatch
from tests.integration.club import SYSTEM, Club, add_member, open_club


@pytest.fixture
def club(database: Database) -> Club:
    return open_club(database)


def add_gateway(club: Club, name: str = "Lane 1") -> tuple[str, str]:
    with club.database.transaction() as session:
        lane = sites.create_lane(session, SYSTEM, club.site_id, name)
        return sites.add_gateway(session, lane, new_id("gwy"), "1").id, lane.id


def tell(club: Club, gateway_id: str, *bodies: EventBody) -> None:
    """Send a journal that begins with these events, just now."""
    chain, batch = CHAIN_START, []
    now_ms = int(utc_now().timestamp() * 1000)
    for seq, body in enumerate(bodies):
        sealed = seal_event(JournalEvent(seq, "boot", 1000 + seq, now_ms, "synced", body), chain)
        chain = sealed.chain
        batch.append(sealed)
    with club.database.transaction() as session:
        gateway = sites.find_gateway(session, gateway_id)
        assert gateway is not None
        journal.record_batch(session, gateway, EventBatch("e1", tuple(batch)))


def test_the_roll_has_everybody_by_zone(club: Club) -> None:
    manager = club.client("manager")
    member = add_member(club, manager)
    gateway_id, lane_id = add_gateway(club)
    with club.database.session() as session:
        zone_id = zones.list_of_site(session, club.site_id)[0].id
    address = f"/api/v1/sites/{club.site_id}/presence"
    assert manager.get(address).json()["zones"][0]["people"] == []
    tell(club, gateway_id, AccessTaken("tap1", lane_id, "in", member["id"], zone_id=zone_id))
    (zone,) = manager.get(address).json()["zones"]
    assert (zone["zone_name"], zone["count"], zone["unnamed"], zone["occupancy_limit"]) == ("Club", 1, 0, None)
    (person,) = zone["people"]
    assert (person["member_id"], person["name"], person["lane_name"]) == (member["id"], "Anna Rossi", "Lane 1")
    assert manager.get("/api/v1/sites/none/presence").status_code == 404


def test_an_alarm_is_listed_and_acknowledged(club: Club) -> None:
    manager = club.client("manager")
    gateway_id, lane_id = add_gateway(club)
    tell(
        club,
        gateway_id,
        AccessDecided(
            "tap1",
            lane_id,
            "in",
            "entry",
            "00" * 16,
            "allow",
            "granted",
            "contract",
            3,
            member_id="mem_gone",
            signals=("duress",),
        ),
    )
    (alarm,) = manager.get("/api/v1/alarms", params={"open": True}).json()["items"]
    assert (alarm["kind"], alarm["member_id"], alarm["is_history"]) == ("duress", "mem_gone", False)
    events = manager.get("/api/v1/access-events").json()["items"]
    assert alarm["event_id"] == events[0]["id"]
    address = f"/api/v1/alarms/{alarm['id']}/acknowledge"
    assert manager.post(address).json()["acknowledged_at"] is not None
    assert manager.post(address).status_code == 409
    assert manager.get("/api/v1/alarms", params={"open": True}).json()["items"] == []
    assert manager.get("/api/v1/alarms", params={"after": "x"}).status_code == 422
