"""Access levels, the hours that they name, and special days."""

from datetime import date

import pytest

from access_policy.schedule import DayWindow
from cloud.access_rules import levels, schedules, special_days, zones
from cloud.access_rules.schedules import Hours
from cloud.access_rules.special_days import SpecialDayDetails
from cloud.access_rules.zones import ZoneDetails
from cloud.audit.models import AuditEntry
from cloud.errors import InUseError, InvalidError
from tests.club import Club

MORNING = Hours(weekly=[[DayWindow(360, 720)]] * 7, special={" Public HOLIDAY": [DayWindow(480, 600)]})


def add_zone(club: Club, name: str) -> str:
    with club.database.transaction() as session:
        return zones.create(session, club.actor, club.site_id, ZoneDetails(name=name)).id


def add_schedule(club: Club) -> str:
    with club.database.transaction() as session:
        return schedules.create(session, club.actor, club.site_id, "Morning", MORNING).id


def add_level(club: Club, grants: dict[str, str | None]) -> str:
    with club.database.transaction() as session:
        return levels.create(session, club.actor, club.site_id, "Early birds", grants).id


def test_grants_are_replaced_as_a_whole_also_for_the_same_zone(club: Club) -> None:
    gym, spa, schedule_id = add_zone(club, "Gym"), add_zone(club, "Spa"), add_schedule(club)
    level_id = add_level(club, {gym: None})
    with club.database.transaction() as session:
        levels.change(session, club.actor, level_id, grants={gym: schedule_id, spa: None})
    with club.database.session() as session:
        assert levels.grants_of(levels.get(session, level_id)) == {gym: schedule_id, spa: None}
        (entry,) = session.query(AuditEntry).filter_by(action="access_level.change").all()
        assert entry.before == {"name": "Early birds", "grants": {gym: None}}


def test_a_level_deleted_leaves_its_zone_and_hours_free(club: Club) -> None:
    gym, schedule_id = add_zone(club, "Gym"), add_schedule(club)
    level_id = add_level(club, {gym: schedule_id})
    with pytest.raises(InUseError) as refused, club.database.transaction() as session:
        schedules.delete(session, club.actor, schedule_id)
    assert refused.value.users == ("Early birds",)
    with club.database.transaction() as session:
        levels.delete(session, club.actor, level_id)
        schedules.delete(session, club.actor, schedule_id)
        zones.delete(session, club.actor, gym)


def test_a_schedule_changes_in_part(club: Club) -> None:
    schedule_id = add_schedule(club)
    with club.database.transaction() as session:
        schedules.change(session, club.actor, schedule_id, weekly=[[]] * 7)
    with club.database.session() as session:
        hours = schedules.hours_of(schedules.get(session, schedule_id))
    assert hours.special == {"public holiday": (DayWindow(480, 600),)}
    assert not any(hours.weekly)


def test_a_name_that_is_taken_does_not_change(club: Club) -> None:
    level_id = add_level(club, {})
    with club.database.transaction() as session:
        levels.create(session, club.actor, club.site_id, "Everything", {})
    with pytest.raises(InvalidError), club.database.transaction() as session:
        levels.change(session, club.actor, level_id, name="Everything")


def test_a_special_day_is_compared_by_its_plain_kind(club: Club) -> None:
    details = SpecialDayDetails(day=date(2026, 12, 25), kind=" Public  Holiday", name="Christmas")
    with club.database.transaction() as session:
        special_days.create(session, club.actor, club.site_id, details)
    with club.database.session() as session:
        assert [day.kind for day in special_days.list_of_site(session, club.site_id)] == ["public holiday"]
    with pytest.raises(InvalidError) as refused, club.database.transaction() as session:
        special_days.create(session, club.actor, club.site_id, details)
    assert refused.value.code == "day_taken"
