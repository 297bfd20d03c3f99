"""Sites, lanes, gateways, their events, and flags with their proof over HTTP, on both databases."""

from typing import Any

import httpx
import pytest

from cloud.access_events import journal
from cloud.database import Database
from cloud.desired_state import service as desired_state
from cloud.event_stream import OpenStreams
from cloud.kit.clock import utc_now
from cloud.kit.ids import new_id
from cloud.sites import service as sites
from cloud.sites.models import Gateway
from cloud.sites.service import GatewayReport
from sync_protocol.journal_events import CHAIN_START, AccessDecided, JournalEvent, seal_event
from sync_protocol.messages import EventBatch
from tests.integration.club import SYSTEM, Club, add_member, open_club


@pytest.fixture
def club(database: Database) -> Club:
    return open_club(database)


@pytest.fixture
def desk(club: Club) -> httpx.Client:
    return club.client("receptionist")


def add_gateway(club: Club, lane_name: str) -> Gateway:
    with club.database.transaction() as session:
        lane = sites.create_lane(session, SYSTEM, club.site_id, lane_name)
        return sites.add_gateway(session, lane, new_id("gwy"), "1")


def tap(club: Club, gateway_id: str, member_ids: list[str]) -> None:
    now_ms = int(utc_now().timestamp() * 1000)
    sealed, chain = [], CHAIN_START
    for seq, member_id in enumerate(member_ids):
        body = AccessDecided(f"tap{seq}", "lan", "in", "entry", "00", "allow", "granted", "contract", 1, member_id)
        sealed.append(seal_event(JournalEvent(seq, "boot", seq, now_ms, "synced", body), chain))
        chain = sealed[-1].chain
    with club.database.transaction() as session:
        gateway = sites.find_gateway(session, gateway_id)
        assert gateway is not None
        journal.record_batch(session, gateway, EventBatch("epoch", tuple(sealed)))


def read(client: httpx.Client, path: str, **params: Any) -> Any:
    answer = client.get(f"/api/v1/{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_sites_lanes_and_gateways_are_listed_with_their_state(club: Club, desk: httpx.Client) -> None:
    gateway = add_gateway(club, "Lane 1")
    with club.database.transaction() as session:
        sites.create_lane(session, SYSTEM, club.site_id, "Lane 2")
        (found,) = sites.list_gateways(session)
        readers = ({"lane_id": gateway.lane_id, "reader": "entry", "is_online": True, "is_secure": True},)
        sites.record_report(session, found, GatewayReport("boot", "synced", (3, 7), "0.1.0", readers))
    (site,) = read(desk, "sites")["items"]
    assert (site["id"], site["time_zone"], site["facility_code"]) == (club.site_id, "Europe/Rome", 1)
    assert not {"signing_key_sealed", "credential_key"} & site.keys()
    lanes = read(desk, "lanes", site_id=club.site_id)["items"]
    assert [(lane["name"], lane["gateway_id"]) for lane in lanes] == [("Lane 1", gateway.id), ("Lane 2", None)]
    (shown,) = read(desk, "gateways")["items"]
    assert (shown["is_connected"], shown["waiting_events"], shown["clock"]) == (True, 4, "synced")
    assert shown["readers"][0]["is_secure"]
    assert read(desk, "gateways", site_id="sit_elsewhere")["items"] == []


def test_events_come_the_newest_first_in_pages_without_gap_or_repeat(club: Club, desk: httpx.Client) -> None:
    one, two = add_gateway(club, "Lane 1"), add_gateway(club, "Lane 2")
    tap(club, one.id, [f"mem_{number % 2}" for number in range(7)])
    tap(club, two.id, ["mem_0"])
    seen, cursor = [], None
    while True:
        page = read(desk, "access-events", limit=3, **({"after": cursor} if cursor else {}))
        seen += [(event["gateway_id"], event["tap_id"]) for event in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [(two.id, "tap0"), *((one.id, f"tap{number}") for number in range(6, -1, -1))]
    assert len(read(desk, "access-events", member_id="mem_0")["items"]) == 5
    assert len(read(desk, "access-events", gateway_id=two.id)["items"]) == 1
    event = read(desk, "access-events", limit=1)["items"][0]
    assert (event["kind"], event["outcome"], event["is_history"]) == ("access_decided", "allow", False)


@pytest.mark.parametrize("cursor", ["x", "WyJhIl0", "W10"])
def test_a_cursor_of_another_list_is_refused(desk: httpx.Client, cursor: str) -> None:
    answer = desk.get("/api/v1/access-events", params={"after": cursor})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "after")


def test_a_flag_tells_where_it_is_in_force(club: Club, desk: httpx.Client) -> None:
    gateway = add_gateway(club, "Lane 1")
    add_gateway(club, "Lane 2")
    member = add_member(club, desk)
    flag = desk.post(f"/api/v1/members/{member['id']}/flags", json={"effect": "block"}).json()
    with club.database.transaction() as session:
        found = sites.find_gateway(session, gateway.id)
        assert found is not None
        head = desired_state.head(session, club.site_id)
        desired_state.record_report(session, found, head.revision, head.digest_root, applied_at=session.now)
    shown = read(desk, f"flags/{flag['id']}")
    assert shown | {"proof": []} == flag | {"proof": []}
    states = {proof["lane_name"]: (proof["state"], proof["wanted"]) for proof in shown["proof"]}
    assert states == {"Lane 1": ("in_force", "raised"), "Lane 2": ("offline", "raised")}


def test_who_may_not_see_the_gates_does_not(club: Club) -> None:
    stranger, installer = club.client(), club.client("installer")
    for path in ("sites", "lanes", "gateways", "access-events", "access-events/stream", "flags/flg_x"):
        assert stranger.get(f"/api/v1/{path}").status_code == 401, path
    assert installer.get("/api/v1/access-events").status_code == 403
    assert installer.get("/api/v1/gateways").status_code == 200


def test_one_session_opens_so_many_event_streams_and_no_more(club: Club) -> None:
    receptionist = club.client("receptionist")
    club.app.state.open_streams = OpenStreams(of_one_max=0)
    answer = receptionist.get("/api/v1/access-events/stream")
    assert answer.status_code == 429
    assert answer.json()["type"] == "urn:tornello:problem:too_many_streams"
