"""Whoever is killed, and whenever: every event of a disk is stored once, and every flag is in force."""

from pathlib import Path

from tests.chaos.kills import kill_at_random


def test_kills_of_broker_cloud_and_gateways_lose_nothing_and_store_nothing_twice(tmp_path: Path) -> None:
    report = kill_at_random(tmp_path, 1, rounds=8)
    assert not report.broken, report.to_text()
    assert set(report.killed) == {"broker", "cloud", "gateway 1", "gateway 2"}
    assert report.promised > 500
    assert report.flags > 0
