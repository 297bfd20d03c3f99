"""From a task to the rows of the gateways, through the real projection, and back."""

from sqlalchemy import select

from cloud.action_types import service as action_types
from cloud.database import UnitOfWork
from cloud.desired_state import service as desired_state
from cloud.desired_state.models import DesiredRow
from cloud.members import service as members
from cloud.tasks import closing
from cloud.tasks.closing import Closing
from sync_protocol.state_rows import FlagRow, parse_row
from tests.club import Club
from tests.tasks import add_outcome, add_task, add_type


def flags(session: UnitOfWork) -> list[FlagRow]:
    desired_state.settle(session)
    rows = session.scalars(select(DesiredRow).where(DesiredRow.is_deleted.is_(False)).order_by(DesiredRow.key))
    return [row for row in (parse_row(each.body) for each in rows) if isinstance(row, FlagRow)]


def test_an_open_blocking_task_is_a_flag_and_closing_removes_it(club: Club) -> None:
    """Features 121, 122, 123, 138."""
    with club.database.transaction() as session:
        member_id = club.add_member(session, "Anna")
        type_id = add_type(club, session, device_kinds=["turnstile"])
        task_id = add_task(club, session, member_id, type_id)
        (flag,) = flags(session)
        assert flag == FlagRow(
            task_id,
            member_id,
            "task",
            "block",
            device_kinds=("turnstile",),
            texts={"en": "Anna, see the desk", "it": "Anna, in reception"},
        )
        before = desired_state.head(session, club.site_id).revision
        closing.close(session, club.actor, task_id, Closing(outcome_id=None, result="Talked"))
        assert flags(session) == []
        assert desired_state.head(session, club.site_id).revision == before + 1


def test_a_message_lets_in_and_no_control_says_nothing(club: Club) -> None:
    """Features 120, 121."""
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        quiet = add_type(club, session, name="Call", action_at_access="none")
        said = add_type(club, session, name="Say", action_at_access="message")
        add_task(club, session, member_id, quiet)
        task_id = add_task(club, session, member_id, said)
        assert [(flag.flag_id, flag.effect) for flag in flags(session)] == [(task_id, "message")]


def test_what_the_type_does_changes_for_all_its_open_tasks(club: Club) -> None:
    """Features 120, 124."""
    with club.database.transaction() as session:
        type_id = add_type(club, session, action_at_access="none")
        for name in ("Anna", "Berta"):
            add_task(club, session, club.add_member(session, name), type_id)
        assert flags(session) == []
        action_types.change(session, club.actor, type_id, {"action_at_access": "message", "texts": {"en": "Hi"}})
        assert [(flag.effect, flag.texts) for flag in flags(session)] == [("message", {"en": "Hi"})] * 2
        action_types.change(session, club.actor, type_id, {"is_obsolete": True, "is_default": False})
        assert len(flags(session)) == 2


def test_an_outcome_that_keeps_the_block_keeps_the_flag_until_it_is_lifted(club: Club) -> None:
    """Features 139, 138."""
    with club.database.transaction() as session:
        refused = add_outcome(club, session, "Refused", "closed_negative", keeps_block=True)
        type_id = add_type(club, session, outcome_ids=[refused])
        task_id = add_task(club, session, club.add_member(session), type_id)
        closing.close(session, club.actor, task_id, Closing(outcome_id=refused, result="No"))
        assert [flag.flag_id for flag in flags(session)] == [task_id]
        closing.lift(session, club.actor, task_id, "Yes after all")
        assert flags(session) == []


def test_the_message_names_the_member_as_they_are_called_now(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session, "Anna")
        add_task(club, session, member_id, add_type(club, session))
        members.change(session, club.actor, member_id, {"first_name": "Giovanna"})
        (flag,) = flags(session)
        assert flag.texts["it"] == "Giovanna, in reception"
