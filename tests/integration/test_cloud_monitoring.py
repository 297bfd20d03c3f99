"""A running cloud under monitoring: alive, ready, metrics on the loopback, JSON in the log with the caller's id."""

import json
import re
import shutil
import time
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from cloud.database import Database
from cloud.metrics.exposition import CloudMetrics
from cloud.metrics.health import find_obstacle
from tests.club import SECRET, Club
from tests.integration.club import open_club
from tests.running_cloud import running_cloud

BROUGHT = "from-the-proxy-0001"


def test_ids_metrics_and_lines_of_a_running_cloud(tmp_path: Path, migrated_sqlite: Path) -> None:
    shutil.copy(migrated_sqlite, tmp_path / "tornello.db")
    environment = {
        "DATABASE_URL": f"sqlite:///{tmp_path}/tornello.db",
        "METRICS_LISTEN": "127.0.0.1:0",
        "LOG_FORMAT": "json",
    }
    with running_cloud(tmp_path, environment, "--no-worker") as cloud:
        address = f"http://127.0.0.1:{cloud.port('http')}"
        assert httpx.get(f"{address}/healthz").json() == {"status": "alive"}
        deadline = time.monotonic() + 10
        while (found := re.search(r"metrics are at (http://[0-9.:]+)/metrics", cloud.log)) is None:
            assert time.monotonic() < deadline, cloud.log
            time.sleep(0.02)
        assert httpx.get(f"{address}/readyz").json() == {"status": "ready"}
        refused = httpx.post(f"{address}/api/v1/members", json={}, headers={"X-Request-ID": BROUGHT})
        assert (refused.headers["x-request-id"], refused.json()["request_id"]) == (BROUGHT, BROUGHT)
        scraped = httpx.get(f"{found[1]}/metrics").text
        assert httpx.get(f"{found[1]}/readyz").text == "ready\n"
        assert httpx.get(f"{address}/metrics").status_code == 404, "nobody else shall read them"
    assert 'tornello_http_requests_total{method="POST",route="/api/v1/members",status="401"} 1.0' in scraped
    assert "tornello_database_up 1.0" in scraped
    lines = [json.loads(line) for line in cloud.log.splitlines()]
    (told,) = [line for line in lines if line.get("route") == "/api/v1/members"]
    assert (told["request_id"], told["status"], told["method"]) == (BROUGHT, 401, "POST")


def test_a_database_that_is_away_or_of_another_version_is_told(database: Database) -> None:
    club = open_club(database)
    assert find_obstacle(database) is None
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    answer = club.client().get("/readyz")
    assert (answer.status_code, "version" in answer.json()["reason"]) == (503, True)
    assert club.client().get("/healthz").status_code == 200


def test_metrics_tell_of_gateways_events_and_alarms(database: Database) -> None:
    club = Club.found(database)
    gateway_id = club.add_gateway(club.add_lane())
    with database.transaction() as session:
        club.add_member(session)
    told = CloudMetrics(database).text().decode()
    labels = f'{{gateway_id="{gateway_id}",site_id="{club.site_id}"}}'
    assert f"tornello_gateway_connected{labels} 0.0" in told
    assert re.search(rf"tornello_gateway_behind_revisions{re.escape(labels)} [1-9]", told)
    assert "tornello_alarms_urgent 0.0" in told
    assert "tornello_access_events_total 0.0" in told


@pytest.mark.parametrize("address", ["0.0.0.0:9100", "192.0.2.1:9100", "localhost"])
def test_metrics_are_for_this_machine_alone(address: str, tmp_path: Path) -> None:
    from cloud.settings import SettingsError, read_settings

    secret = tmp_path / "secret"
    secret.write_text(SECRET.hex())
    secret.chmod(0o600)
    with pytest.raises(SettingsError, match="TORNELLO_METRICS_LISTEN"):
        read_settings({"TORNELLO_SECRET_FILE": str(secret), "TORNELLO_METRICS_LISTEN": address})
