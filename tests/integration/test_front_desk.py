"""The front desk says who is here, who comes, who was just refused and why, and what to tell whom."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cloud import bus
from cloud.access_events.models import AccessEvent
from cloud.database import Database
from cloud.front_desk.pages import ADVICE, desk_now
from cloud.kit.clock import local_day
from cloud.migrations import upgrade_database
from tests.club import Club

ROME = ZoneInfo("Europe/Rome")


@pytest.fixture
def club(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Club]:
    shutil.copy(migrated_sqlite, tmp_path / "tornello.db")
    database = Database(f"sqlite:///{tmp_path}/tornello.db", dispatch=bus.dispatch)
    upgrade_database(database)
    yield Club.found(database)
    database.close()


def tap(club: Club, gateway_id: str, member_id: str, outcome: str, *, minutes_ago: int = 1) -> None:
    with club.database.transaction() as session:
        seq = session.query(AccessEvent).count()
        session.add(
            AccessEvent(
                site_id=club.site_id,
                gateway_id=gateway_id,
                journal_epoch="e",
                seq=seq,
                kind="access_decided",
                occurred_at=session.now - timedelta(minutes=minutes_ago),
                received_at=session.now,
                is_history=False,
                boot_id="b",
                monotonic_ms=seq,
                clock="synced",
                tap_id=f"tap{seq}",
                direction="in",
                member_id=member_id,
                outcome=outcome,
                reason="dues_overdue",
                text="",
                is_chain_intact=True,
                body={},
            )
        )


def test_who_was_refused_is_told_once_until_they_are_let_in_or_half_an_hour_is_over(club: Club) -> None:
    gateway_id = club.add_gateway(club.add_lane())
    with club.database.transaction() as session:
        refused, let_in, earlier = (club.add_member(session, name) for name in ("Ada", "Bea", "Cia"))
    tap(club, gateway_id, earlier, "block", minutes_ago=31)
    tap(club, gateway_id, refused, "block")
    tap(club, gateway_id, refused, "block")
    tap(club, gateway_id, let_in, "block")
    tap(club, gateway_id, let_in, "allow")
    with club.database.session() as session:
        rows = desk_now(session).refused
    assert [row.member_name for row in rows] == ["Ada"]
    assert rows[0].reason in ADVICE


def test_who_comes_within_three_hours_is_expected_until_they_are_there(club: Club) -> None:
    with club.database.transaction() as session:
        soon = (session.now + timedelta(minutes=10)).replace(second=0, microsecond=0)
        member_id = club.add_member(session, "Ada")
        club.book(session, member_id, soon)
    with club.database.session() as session:
        (place,) = desk_now(session).sites
        is_today = local_day(soon, ROME) == local_day(session.now, ROME)
    assert [coming.arrival.member.name for coming in place.coming] == (["Ada"] if is_today else [])
    assert place.inside_count == 0
