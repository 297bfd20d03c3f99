"""Which gateway lags, by how much, and since when."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from cloud import bus
from cloud.database import Database
from cloud.desired_state import service as desired_state
from cloud.desired_state.lag import Lag, lags
from cloud.sites import service as sites
from tests.club import Club, gateway_of
from tests.tables import create_tables

MINUTE = timedelta(minutes=1)


class Site:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 12, tzinfo=UTC)
        self.database = Database("sqlite://", dispatch=bus.dispatch, clock=lambda: self.now)
        create_tables(self.database)
        self.club = Club.found(self.database)

    def change(self) -> int:
        """Something changes a minute later; the revision that says so."""
        self.now += MINUTE
        with self.database.transaction() as session:
            self.club.add_member(session)
        with self.database.session() as session:
            return desired_state.head(session, self.club.site_id).revision

    def report(self, gateway_id: str, revision: int) -> None:
        with self.database.transaction() as session:
            gateway = gateway_of(session, gateway_id)
            desired_state.record_report(session, gateway, revision, b"", applied_at=session.now)

    def lags(self) -> dict[str, Lag]:
        with self.database.session() as session:
            return dict(lags(session, sites.list_gateways(session)))


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.database.close()


def test_a_gateway_lags_since_the_first_revision_that_it_has_not_got(site: Site) -> None:
    near, far = site.club.add_gateway(site.club.add_lane()), site.club.add_gateway(site.club.add_lane("Lane 2"))
    revision = site.change()
    for gateway_id in (near, far):
        site.report(gateway_id, revision)
    assert site.lags() == {}
    site.change()
    first_at = site.now
    last = site.change()
    site.report(near, revision + 1)
    assert site.lags() == {near: Lag(1, site.now), far: Lag(2, first_at)}
    site.report(far, last)
    assert site.lags() == {near: Lag(1, site.now)}


def test_a_new_gateway_lags_since_it_was_enrolled(site: Site) -> None:
    for _ in range(3):
        revision = site.change()
    site.now += MINUTE
    gateway_id = site.club.add_gateway(site.club.add_lane())
    (lag,) = site.lags().values()
    assert (lag.since_at, lag.revisions >= revision) == (site.now, True)
    with site.database.session() as session:
        assert gateway_of(session, gateway_id).enrolled_at == site.now
