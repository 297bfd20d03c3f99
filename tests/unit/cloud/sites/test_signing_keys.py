"""A new signing key is announced by the old one, both are good for a while, and then the new one alone."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from cloud import bus
from cloud.audit.models import AuditEntry
from cloud.database import Database
from cloud.errors import ConflictError, InvalidError, NotFoundError
from cloud.kit.sealed_secrets import UnsealError
from cloud.sites import service as sites
from cloud.sites import signing_keys
from cloud.sites.signing_keys import Rotation
from sync_protocol.messages import SigningKeys
from sync_protocol.signing import key_id_of
from tests.club import SECRET, Club
from tests.tables import create_tables

OVERLAP = timedelta(days=30)


class Desk:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 12, tzinfo=UTC)
        self.database = Database("sqlite://", dispatch=bus.dispatch, clock=lambda: self.now)
        create_tables(self.database)
        self.club = Club.found(self.database)

    def rotate(self, overlap: timedelta = OVERLAP) -> Rotation:
        with self.database.transaction() as session:
            return signing_keys.rotate(session, self.club.actor, self.club.site_id, SECRET, overlap)

    def pass_time(self, time: timedelta) -> None:
        self.now += time
        with self.database.transaction() as session:
            signing_keys.take_over_due(session)

    def announced(self) -> SigningKeys:
        with self.database.session() as session:
            return signing_keys.announcement(sites.get_site(session, self.club.site_id), SECRET)

    def signer(self) -> bytes:
        with self.database.session() as session:
            return sites.site_signer(sites.get_site(session, self.club.site_id), SECRET).public_key

    def actions(self) -> list[str]:
        with self.database.session() as session:
            entries = session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq))
            return [action for action in entries if "sign" in action]


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.database.close()


def test_during_the_overlap_both_are_announced_and_the_old_one_signs_and_then_the_new_one_alone(desk: Desk) -> None:
    old = desk.signer()
    assert desk.announced() == SigningKeys(1, (old,))
    rotation = desk.rotate()
    assert rotation.takes_over_at == desk.now + OVERLAP
    both = desk.announced()
    assert (both.serial, both.keys[0], desk.signer()) == (2, old, old)
    desk.pass_time(OVERLAP - timedelta(seconds=1))
    assert desk.announced() == both
    desk.pass_time(timedelta(seconds=1))
    assert desk.announced() == SigningKeys(3, (both.keys[1],))
    assert key_id_of(desk.signer()) == rotation.key_id
    assert desk.actions() == ["site.rotate_signing_key", "site.signing_key_taken_over"]


def test_without_an_overlap_the_old_one_is_worth_nothing_at_once(desk: Desk) -> None:
    old = desk.signer()
    desk.rotate(timedelta(0))
    assert old != desk.signer()
    assert desk.announced() == SigningKeys(3, (desk.signer(),))


def test_a_rotation_waits_for_the_one_under_way_unless_the_key_was_stolen(desk: Desk) -> None:
    desk.rotate()
    with pytest.raises(ConflictError, match="takes over at 2026-12-21"):
        desk.rotate()
    waiting = desk.announced().keys[1]
    desk.rotate(timedelta(0))
    assert waiting != desk.signer()
    desk.rotate()
    desk.now += OVERLAP
    assert desk.rotate().takes_over_at == desk.now + OVERLAP


@pytest.mark.parametrize("days", [-1, 91])
def test_an_overlap_is_neither_negative_nor_endless(desk: Desk, days: int) -> None:
    with pytest.raises(InvalidError):
        desk.rotate(timedelta(days=days))


def test_a_key_is_for_a_site_that_there_is(desk: Desk) -> None:
    with pytest.raises(NotFoundError), desk.database.transaction() as session:
        signing_keys.rotate(session, desk.club.actor, "sit_none", SECRET, OVERLAP)


def test_the_waiting_key_opens_with_the_service_s_secret_alone(desk: Desk) -> None:
    desk.rotate()
    with desk.database.session() as session:
        site = sites.get_site(session, desk.club.site_id)
        with pytest.raises(UnsealError):
            signing_keys.announcement(site, bytes(32))
