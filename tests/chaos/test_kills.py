"""Whoever is killed, and whenever: every event of a disk is stored once, and every flag is in force."""

from pathlib import Path

from tests.chaos.kills import kill_apart, kill_at_random


def test_kills_of_broker_cloud_and_gateways_lose_nothing_and_store_nothing_twice(tmp_path: Path) -> None:
    report = kill_at_random(tmp_path, 1, rounds=4)
    assert not report.broken, report.to_text()
    assert set(report.killed) == {"broker", "cloud", "gateway 1", "gateway 2"}
    assert report.promised > 0
    assert report.flags > 0


def test_kills_of_api_ingester_and_publisher_lose_nothing_that_was_answered(tmp_path: Path) -> None:
    report = kill_apart(tmp_path, 16, rounds=4)  # a seed that spares the broker, which dies above
    assert not report.broken, report.to_text()
    assert set(report.killed) == {"API", "ingester", "publisher", "gateway 1"}
    assert report.promised > 0
    assert report.flags > 0
    assert report.unanswered > 0, "nobody called while the API was dead"
