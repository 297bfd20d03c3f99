"""Who renews its lease is counted among the living; who stops is not, after at most nine seconds."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from cloud.database import Database
from cloud.gateway_link.lease import LEASE, RENEWED_EVERY_S, give_up, renew
from cloud.gateway_link.share import DUTIES, Duty
from tests.tables import create_tables


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(clock: Clock) -> Iterator[Database]:
    database = Database("sqlite://", dispatch=lambda _session, _event: None, clock=clock)
    create_tables(database)
    yield database
    database.close()


def alive(database: Database, name: str, duties: frozenset[Duty] = DUTIES) -> set[str]:
    with database.transaction() as session:
        return {peer.name for peer in renew(session, name, duties).peers}


def test_whoever_renews_sees_the_others(database: Database) -> None:
    assert alive(database, "a") == {"a"}
    assert alive(database, "b") == {"a", "b"}


def test_who_stops_is_left_out_when_the_lease_ends(database: Database, clock: Clock) -> None:
    alive(database, "a")
    alive(database, "b")
    clock.now += LEASE
    assert alive(database, "b") == {"b"}


def test_a_lease_outlives_several_renewals_that_fail(database: Database, clock: Clock) -> None:
    alive(database, "a")
    clock.now += timedelta(seconds=5 * RENEWED_EVERY_S)
    assert alive(database, "b") == {"a", "b"}


def test_who_gives_up_is_left_out_at_once(database: Database) -> None:
    alive(database, "a")
    with database.transaction() as session:
        give_up(session, "a")
    assert alive(database, "b") == {"b"}


def test_duties_are_known_to_the_others(database: Database) -> None:
    alive(database, "a", frozenset({"ingest"}))
    with database.transaction() as session:
        share = renew(session, "b", DUTIES)
    assert share.is_whole("publish")
    assert not share.is_whole("ingest")
