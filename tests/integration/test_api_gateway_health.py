"""A gateway's health over HTTP, on both databases."""

import httpx
import pytest

from cloud.database import Database
from cloud.gateway_health import service as gateway_health
from cloud.kit.ids import new_id
from cloud.sites import service as sites
from sync_protocol.messages import Heartbeat, LaneHealth, OutboxRange
from sync_protocol.self_test import CheckOutcome, SelfTestReport
from tests.integration.club import SYSTEM, Club, open_club

REPORT = SelfTestReport(
    1_795_000_000_000,
    (CheckOutcome("disk", "good", measured="900 MiB"), CheckOutcome("reader", "bad", "reader_offline", "entry")),
)


@pytest.fixture
def club(database: Database) -> Club:
    return open_club(database)


@pytest.fixture
def installer(club: Club) -> httpx.Client:
    return club.client("installer")


def gateway_id_of(club: Club) -> str:
    with club.database.transaction() as session:
        lane = sites.create_lane(session, SYSTEM, club.site_id, "Lane 1")
        return sites.add_gateway(session, lane, new_id("gwy"), "1").id


def test_a_gateway_that_told_nothing_has_no_self_test(club: Club, installer: httpx.Client) -> None:
    answer = installer.get(f"/api/v1/gateways/{gateway_id_of(club)}/health")
    assert answer.json() == {"disk_fault": None, "policy_fault": None, "lanes": [], "self_test": None}
    assert installer.get("/api/v1/gateways/gwy_nowhere/health").status_code == 404


def test_the_last_self_test_is_given_with_the_worst_first(club: Club, installer: httpx.Client) -> None:
    gateway_id = gateway_id_of(club)
    with club.database.transaction() as session:
        gateway = sites.find_gateway(session, gateway_id)
        assert gateway is not None
        told = ("disk is full", REPORT, "ValueError", (LaneHealth("lan_a", mode="lockdown", until=1_795_000_000),))
        beat = Heartbeat("boot", 1, 0, bytes(16), OutboxRange(0, 0), "synced", 3, (), *told)
        gateway_health.record(session, gateway, beat)
    health = installer.get(f"/api/v1/gateways/{gateway_id}/health").json()
    assert (health["disk_fault"], health["policy_fault"]) == ("disk is full", "ValueError")
    (lane,) = health["lanes"]
    assert (lane["lane_id"], lane["trouble"], lane["mode"]) == ("lan_a", "", "lockdown")
    assert lane["until"] == "2026-11-18T11:06:40Z"
    assert health["self_test"]["worst"] == "bad"
    assert health["self_test"]["tested_at"] == "2026-11-18T11:06:40Z"
    assert health["self_test"]["checks"][0] == {
        "check": "reader",
        "verdict": "bad",
        "finding": "reader_offline",
        "subject": "entry",
        "measured": "",
    }
