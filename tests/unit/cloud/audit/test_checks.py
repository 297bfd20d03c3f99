"""What a check of the log finds is written down in the log."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from cloud.audit import checks, service
from cloud.audit.models import AuditEntry
from cloud.audit.service import Actor
from cloud.database import Database
from tests.tables import create_tables

ANNA = Actor("staff", "stf_anna")


class Stand:
    """A log with three entries, and a clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 1, 1, tzinfo=UTC)
        self.database = Database("sqlite://", dispatch=lambda session, event: None, clock=lambda: self.at)
        create_tables(self.database)
        with self.database.transaction() as session:
            for number in range(3):
                service.record(session, ANNA, "plan.change", entity=("plan", f"pln_{number}"), after={"n": number})

    def tamper(self) -> None:
        with self.database.transaction() as session:
            session.execute(update(AuditEntry).where(AuditEntry.seq == 2).values(actor_id="stf_olga"))


@pytest.fixture
def stand() -> Iterator[Stand]:
    stand = Stand()
    yield stand
    stand.database.close()


def last(stand: Stand) -> checks.Check | None:
    with stand.database.session() as session:
        return checks.last_check(session)


def test_a_check_says_how_far_the_log_is_whole_and_who_looked(stand: Stand) -> None:
    assert last(stand) is None
    found = checks.check(stand.database, ANNA)
    assert (found.is_whole, found.entries, found.actor_id, found.at) == (True, 3, "stf_anna", stand.at)
    assert last(stand) == found
    stand.at += checks.AGAIN_AFTER
    assert checks.check(stand.database, ANNA).entries == 4, "the check before is an entry itself"


def test_what_was_tampered_with_is_named(stand: Stand) -> None:
    stand.tamper()
    found = checks.check(stand.database, ANNA)
    assert (found.is_whole, found.break_seq, found.break_kind, found.entries) == (False, 2, "altered", 1)


def test_the_log_is_read_once_a_minute_at_most(stand: Stand) -> None:
    found = checks.check(stand.database, ANNA)
    stand.tamper()
    stand.at += timedelta(seconds=59)
    assert checks.check(stand.database, Actor("staff", "stf_olga")) == found
