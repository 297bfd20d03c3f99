"""Whom a block would stop, by name, at each one's next opening."""

from datetime import timedelta
from typing import Any

from access_policy.decision import Reason
from access_policy.schedule import DayWindow
from cloud.access_rules import levels, schedules, zones
from cloud.access_rules.schedules import Hours
from cloud.action_types import service as action_types
from cloud.action_types.service import ActionTypeDetails
from cloud.contracts import service as contracts
from cloud.database import UnitOfWork
from cloud.desired_state import service as desired_state
from cloud.explanations.preview import Preview, preview_tasks, preview_type
from tests.club import Club
from tests.tasks import add_task, add_type


def somebody(club: Club, session: UnitOfWork, name: str, card: int | None, **terms: Any) -> str:
    """A member whose contract runs, unless the terms say something else."""
    member_id = club.add_member(session, name, card=card)
    today = session.now.date()
    span: dict[str, Any] = {"starts_on": today - timedelta(days=2), "ends_on": today + timedelta(days=30)}
    club.add_contract(session, member_id, **(span | terms))
    return member_id


def asked(club: Club, session: UnitOfWork, type_id: str, *member_ids: str) -> Preview:
    desired_state.settle(session)
    return preview_tasks(session, action_types.get(session, type_id), member_ids, None)


def test_who_would_pass_is_stopped_and_others_are_told_apart(club: Club) -> None:
    """Features 122, 138."""
    club.add_lane()
    with club.database.transaction() as session:
        passes = somebody(club, session, "Zoe", 1)
        also = somebody(club, session, "Anna", 2)
        over = somebody(club, session, "Berta", 3, ends_on=session.now.date() - timedelta(days=1))
        without = somebody(club, session, "Carla", None)
        preview = asked(club, session, add_type(club, session), passes, also, over, without)
        assert [(one.name, one.fate) for one in preview.people] == [
            ("Anna", "stopped"),
            ("Zoe", "stopped"),
            ("Berta", "refused_already"),
            ("Carla", "no_card"),
        ]
        assert preview.people[0].reason is Reason.FLAGGED_BY_STAFF
        assert preview.people[0].at is not None
        assert int(preview.people[0].at.timestamp()) == int(session.now.timestamp())


def test_a_message_stops_nobody_and_no_control_touches_nobody(club: Club) -> None:
    """Features 120, 121."""
    club.add_lane()
    with club.database.transaction() as session:
        member_id = somebody(club, session, "Anna", 1)
        said = add_type(club, session, name="Say", action_at_access="message")
        quiet = add_type(club, session, name="Call", action_at_access="none")
        assert [one.fate for one in asked(club, session, said, member_id).people] == ["told"]
        assert [one.fate for one in asked(club, session, quiet, member_id).people] == ["untouched"]


def test_while_the_club_is_closed_the_next_opening_counts(club: Club) -> None:
    club.add_lane()
    with club.database.transaction() as session:
        member_id = somebody(club, session, "Anna", 1)
        (contract,) = contracts.list_of_members(session, [member_id])
        minute = session.now.hour * 60 + session.now.minute
        opens = (minute + 6 * 60) % 1440  # six hours from now by UTC; wherever that lies in Rome, it is not now
        hours = Hours(weekly=[(DayWindow(opens, opens + 30),)] * 7)
        (zone,) = zones.list_of_site(session, club.site_id)
        schedule = schedules.create(session, club.actor, club.site_id, "Hours", hours)
        level = levels.create(session, club.actor, club.site_id, "Level", {zone.id: schedule.id})
        contracts.change(session, club.actor, contract.id, {"level_id": level.id})
        (one,) = asked(club, session, add_type(club, session), member_id).people
        assert one.fate == "stopped"
        assert one.at is not None
        assert session.now < one.at < session.now + timedelta(days=2)
        assert one.at.astimezone(one.zone).hour * 60 + one.at.astimezone(one.zone).minute == opens


def test_who_is_blocked_for_something_else_is_not_stopped_by_this(club: Club) -> None:
    club.add_lane()
    with club.database.transaction() as session:
        member_id = somebody(club, session, "Anna", 1)
        club.block(session, member_id)
        (one,) = asked(club, session, add_type(club, session), member_id).people
        assert (one.fate, one.reason) == ("refused_already", Reason.FLAGGED_BY_STAFF)


def test_a_type_that_begins_to_block_stops_those_with_open_tasks(club: Club) -> None:
    """Feature 122."""
    club.add_lane()
    with club.database.transaction() as session:
        type_id = add_type(club, session, name="Call", action_at_access="message")
        member_id = somebody(club, session, "Anna", 1)
        somebody(club, session, "Berta", 2)
        for _ in range(2):
            add_task(club, session, member_id, type_id)
        desired_state.settle(session)
        kind = action_types.get(session, type_id)
        block = ActionTypeDetails(name="Call", action_at_access="message_and_block")
        assert [(one.name, one.fate) for one in preview_type(session, kind, block).people] == [("Anna", "stopped")]
        nothing = ActionTypeDetails(name="Call")
        assert [one.fate for one in preview_type(session, kind, nothing).people] == ["untouched"]
        assert preview_type(session, None, block).people == ()


def test_a_block_for_another_kind_of_device_touches_nobody_at_the_turnstile(club: Club) -> None:
    """Feature 123."""
    club.add_lane()
    with club.database.transaction() as session:
        member_id = somebody(club, session, "Anna", 1)
        doors = add_type(club, session, device_kinds=["door"])
        assert [one.fate for one in asked(club, session, doors, member_id).people] == ["untouched"]
        both = add_type(club, session, name="Both", device_kinds=["door", "turnstile"])
        assert [one.fate for one in asked(club, session, both, member_id).people] == ["stopped"]
