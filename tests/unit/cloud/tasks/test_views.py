"""Tasks as staff see them: what is overdue, what acts, and no query more for more of them."""

from datetime import date, timedelta

from sqlalchemy import event

from cloud.database import UnitOfWork
from cloud.tasks import service
from cloud.tasks.pages.views import TaskView, task_views
from cloud.tasks.repository import TaskFilter
from tests.club import Club
from tests.tasks import add_task, add_type


def views(session: UnitOfWork) -> list[TaskView]:
    return task_views(session, service.find_page(session, TaskFilter(), after=None, limit=50).items)


def count_queries(club: Club) -> int:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(club.database.engine, "before_cursor_execute", note)
    try:
        with club.database.session() as session:
            views(session)
    finally:
        event.remove(club.database.engine, "before_cursor_execute", note)
    return len(seen)


def test_more_tasks_need_no_more_queries(club: Club) -> None:
    with club.database.transaction() as session:
        type_id = add_type(club, session)
        add_task(club, session, club.add_member(session), type_id, operator_id=club.actor.id)
    few = count_queries(club)
    with club.database.transaction() as session:
        for number in range(20):
            add_task(club, session, club.add_member(session, f"Anna {number}"), type_id, operator_id=club.actor.id)
    assert count_queries(club) == few


def test_a_task_is_overdue_after_its_day_at_the_club_and_says_what_it_does(club: Club) -> None:
    """Features 134, 148."""
    with club.database.transaction() as session:
        member_id, type_id = club.add_member(session), add_type(club, session)
        quiet = add_type(club, session, name="Call", action_at_access="none")
        today = session.now.date()
        add_task(club, session, member_id, quiet, complete_by=today + timedelta(days=2))
        add_task(club, session, member_id, type_id, complete_by=date(2020, 1, 1), operator_id=club.actor.id)
        found = sorted(views(session), key=lambda view: view.is_overdue)
        assert [(view.is_overdue, view.acts, view.operator) for view in found] == [
            (False, "", ""),
            (True, "message_and_block", "Anna"),
        ]
