"""Who is inside follows from passages alone, in whatever order the gateways tell them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from cloud.access_rules import zones
from cloud.access_rules.zones import ZoneDetails
from cloud.alarms import service as alarms
from cloud.database import UnitOfWork
from cloud.domain_events import MemberPassed, SomebodyPassed
from cloud.members import service as members
from cloud.members import standing
from cloud.presence import service
from cloud.presence.models import Whereabouts
from cloud.presence.service import ZoneRoll
from tests.club import Club

AGO = timedelta


class Doors:
    """Two lanes into the club's first zone, each with its gateway; one member."""

    def __init__(self, club: Club) -> None:
        self.club = club
        self.lanes = [club.add_lane(f"Lane {number}") for number in (1, 2)]
        self.gateways = [club.add_gateway(lane_id) for lane_id in self.lanes]
        with club.database.transaction() as session:
            self.member_id = club.add_member(session, "Maria")
            (zone,) = zones.list_of_site(session, club.site_id)
            self.zone_id = zone.id
            # Its closing time is half a day away, so that whatever the hour of the test, no day ends within it.
            local = session.now.astimezone(ZoneInfo("Europe/Rome"))
            minute = (local.hour * 60 + local.minute + 720) % 1440
            zones.change(session, club.actor, zone.id, {"forgive_minute": minute})

    def go(
        self,
        session: UnitOfWork,
        direction: str,
        ago: timedelta = timedelta(),
        *,
        door: int = 0,
        is_guest: bool = False,
        member_id: str = "",
    ) -> None:
        here, there = (self.zone_id, "") if direction == "in" else ("", self.zone_id)
        session.publish(
            MemberPassed(
                self.club.site_id,
                self.gateways[door],
                self.lanes[door],
                member_id or self.member_id,
                here,
                there,
                session.now - ago,
                is_guest,
                is_staff=False,
            )
        )

    def go_unnamed(self, session: UnitOfWork, direction: str, ago: timedelta = timedelta()) -> None:
        at = session.now - ago
        session.publish(SomebodyPassed(self.club.site_id, self.lanes[0], direction == "in", at))

    def roll(self, session: UnitOfWork) -> ZoneRoll:
        (roll,) = service.who_is_inside(session, self.club.site_id)
        return roll


@pytest.fixture
def doors(club: Club) -> Doors:
    return Doors(club)


def names(roll: ZoneRoll) -> list[str]:
    return [person.name for person in roll.people]


def test_a_member_is_inside_from_the_passage_in_to_the_passage_out(club: Club, doors: Doors) -> None:
    with club.database.transaction() as session:
        assert doors.roll(session).count == 0
        doors.go(session, "in", AGO(minutes=5))
        roll = doors.roll(session)
        assert (names(roll), roll.count, roll.people[0].lane_name) == (["Maria"], 1, "Lane 1")
        doors.go(session, "out", door=1)
        assert doors.roll(session).people == []


def test_an_older_passage_that_another_gateway_tells_later_moves_nobody(club: Club, doors: Doors) -> None:
    with club.database.transaction() as session:
        doors.go(session, "out", AGO(minutes=5), door=0)
        doors.go(session, "in", AGO(hours=2), door=1)
        assert doors.roll(session).count == 0
        doors.go(session, "in", AGO(minutes=1), door=1)
        assert doors.roll(session).count == 1


def test_of_one_gateway_the_later_event_counts_whatever_its_clock_said(club: Club, doors: Doors) -> None:
    with club.database.transaction() as session:
        doors.go(session, "in", AGO(minutes=5))
        doors.go(session, "out", AGO(minutes=30))
        assert doors.roll(session).count == 0


def test_a_clock_that_is_ahead_keeps_nobody_inside(club: Club, doors: Doors) -> None:
    with club.database.transaction() as session:
        doors.go(session, "in", AGO(days=-400))
    with club.database.transaction() as session:
        doors.go(session, "out", door=1)
        assert doors.roll(session).count == 0


def test_guests_and_people_without_a_card_count_without_a_name(club: Club, doors: Doors) -> None:
    with club.database.transaction() as session:
        doors.go(session, "in", AGO(minutes=9))
        doors.go(session, "in", AGO(minutes=8), is_guest=True)
        doors.go_unnamed(session, "in", AGO(minutes=7))
        roll = doors.roll(session)
        assert (names(roll), roll.unnamed, roll.count) == (["Maria"], 2, 3)
        doors.go(session, "out", AGO(minutes=6))
        doors.go(session, "out", AGO(minutes=5))
        assert (doors.roll(session).count, doors.roll(session).unnamed) == (1, 1), "the guest left with the same card"


def test_who_leaves_by_the_button_and_comes_again_is_one_person(club: Club, doors: Doors) -> None:
    with club.database.transaction() as session:
        doors.go(session, "in", AGO(hours=2))
        doors.go_unnamed(session, "out", AGO(hours=1))
        assert doors.roll(session).count == 0
        doors.go(session, "in", AGO(minutes=1))
        assert doors.roll(session).count == 1


def test_who_came_in_unnamed_and_leaves_with_a_card_is_gone(club: Club, doors: Doors) -> None:
    with club.database.transaction() as session:
        doors.go_unnamed(session, "in", AGO(hours=1))
        doors.go(session, "out")
        assert doors.roll(session).count == 0


def test_the_closing_time_and_forgiving_the_zone_or_the_member_empty_the_roll(club: Club, doors: Doors) -> None:
    with club.database.transaction() as session:
        doors.go(session, "in", AGO(hours=13))
        doors.go_unnamed(session, "in", AGO(hours=13))
        assert doors.roll(session).count == 0, "its day has ended since"
        doors.go(session, "in", AGO(minutes=3))
        assert doors.roll(session).count == 1
        standing.forgive(session, club.actor, doors.member_id)
        assert doors.roll(session).count == 0
        doors.go_unnamed(session, "in", AGO(minutes=2))
        zones.forgive(session, club.actor, doors.zone_id)
        assert doors.roll(session).count == 0


def test_the_limit_of_a_zone_is_reached(club: Club, doors: Doors) -> None:
    with club.database.transaction() as session:
        zones.change(session, club.actor, doors.zone_id, {"occupancy_limit": 2})
        doors.go(session, "in")
        assert not doors.roll(session).is_full
        doors.go_unnamed(session, "in")
        assert doors.roll(session).is_full


def test_a_zone_and_a_member_that_are_gone_do_no_harm(club: Club, doors: Doors) -> None:
    with club.database.transaction() as session:
        other = zones.create(session, club.actor, club.site_id, ZoneDetails(name="Sauna")).id
        zones.delete(session, club.actor, other)
        passed = MemberPassed(
            club.site_id, doors.gateways[0], doors.lanes[0], "m" * 64, "z" * 900, other, session.now, False, False
        )
        session.publish(passed)
        doors.go(session, "in", member_id="mem_gone")
        assert doors.roll(session).people == []


def test_a_card_at_two_gateways_within_seconds_may_be_a_copy(club: Club, doors: Doors) -> None:
    with club.database.transaction() as session:
        doors.go(session, "in", AGO(seconds=408), door=0)
        doors.go(session, "in", AGO(seconds=403), door=1)
        (alarm,) = alarms.find_page(session, limit=9).items
        assert (alarm.kind, alarm.member_id, alarm.lane_id) == ("copied_credential", doors.member_id, doors.lanes[1])
        assert alarm.event_id is None
        doors.go(session, "in", AGO(seconds=400), door=0)
        assert len(alarms.find_page(session, limit=9).items) == 1, "staff are called once for what is one chase"
        doors.go(session, "in", AGO(seconds=8), door=1)
        doors.go(session, "in", AGO(seconds=3), door=0)
    with club.database.session() as session:
        assert len(alarms.find_page(session, limit=9).items) == 2


def test_a_card_at_one_gateway_or_after_a_while_is_no_copy(club: Club, doors: Doors) -> None:
    with club.database.transaction() as session:
        doors.go(session, "in", AGO(seconds=40))
        doors.go(session, "out", AGO(seconds=38))
        doors.go(session, "in", AGO(seconds=20), door=1)
        assert not alarms.count_urgent(session)


def test_a_member_card_says_where_the_member_is(club: Club, doors: Doors) -> None:
    with club.database.transaction() as session:
        member = members.get(session, doors.member_id)
        assert service.places_of(session, member) == []
        doors.go(session, "in")
        (place,) = service.places_of(session, member)
        assert (place.zone_name, place.lane_name, place.is_counted) == ("Club", "Lane 1", True)
        zones.forgive(session, club.actor, doors.zone_id)
    with club.database.transaction() as session:
        doors.go(session, "out")
        (place,) = service.places_of(session, members.get(session, doors.member_id))
        assert (place.zone_name, place.is_counted) == ("", False)


def test_time_of_a_roll_is_that_of_the_passage(club: Club, doors: Doors) -> None:
    with club.database.transaction() as session:
        doors.go(session, "in", AGO(minutes=7))
        since: datetime = doors.roll(session).people[0].since
        assert since == session.now - AGO(minutes=7)


def test_whom_a_gateway_has_made_up_is_counted_without_a_name(doors: Doors) -> None:
    with doors.club.database.transaction() as session:
        for number in range(3):
            doors.go(session, "in", member_id=f"made-up-{number}")
        doors.go(session, "out", member_id="made-up-0")
        assert session.scalar(select(func.count()).select_from(Whereabouts)) == 0
        (roll,) = service.who_is_inside(session, doors.club.site_id)
        assert (roll.people, roll.unnamed) == ([], 2)
