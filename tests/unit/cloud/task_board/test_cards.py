"""The cards of the board, what is done with them, and the agenda, in a bounded number of queries."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event

from cloud.database import UnitOfWork
from cloud.errors import ConflictError, InvalidError
from cloud.kit.clock import local_day
from cloud.task_board import cards, service
from cloud.task_board.agenda import days_of, find_agenda
from cloud.task_board.columns import column_of
from cloud.task_board.taught import TaughtSession
from cloud.tasks import closing, history
from cloud.tasks.closing import Closing
from cloud.tasks.models import Task
from cloud.tasks.repository import TaskFilter
from tests.club import Club
from tests.tasks import add_task, add_type

ALL = TaskFilter()


def count_queries(club: Club) -> int:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(club.database.engine, "before_cursor_execute", note)
    try:
        with club.database.session() as session:
            cards.find_board(session, ALL)
    finally:
        event.remove(club.database.engine, "before_cursor_execute", note)
    return len(seen)


def in_columns(session: UnitOfWork, wanted: TaskFilter = ALL) -> dict[str, list[str]]:
    found = cards.find_board(session, wanted).columns
    return {column: [card.task.text for card in each] for column, each in found.items() if each}


def test_more_cards_need_no_more_queries(club: Club) -> None:
    with club.database.transaction() as session:
        type_id = add_type(club, session)
        add_task(club, session, club.add_member(session), type_id, operator_id=club.actor.id)
    few = count_queries(club)
    with club.database.transaction() as session:
        for number in range(20):
            add_task(club, session, club.add_member(session, f"Anna {number}"), type_id, operator_id=club.actor.id)
    assert count_queries(club) == few


def test_the_board_has_open_tasks_by_their_time_and_those_without_one_newest_first(club: Club) -> None:
    """Features 168, 169, 173, 174."""
    with club.database.transaction() as session:
        member_id, type_id, now = club.add_member(session), add_type(club, session), session.now
        for text, at in (
            ("old", None),
            ("new", None),
            ("b", now + timedelta(days=30)),
            ("a", now + timedelta(days=20)),
        ):
            add_task(club, session, member_id, type_id, text=text, next_step_at=at)
        add_task(club, session, member_id, type_id, text="missed", complete_by=date(2020, 1, 1))
        done = add_task(club, session, member_id, type_id, text="done")
        closing.close(session, club.actor, done, Closing(outcome_id=None, result="Yes"))
        session.query(Task).filter_by(text="old").one().created_at -= timedelta(hours=1)
        session.flush()
        assert in_columns(session) == {"unsorted": ["new", "old"], "overdue": ["missed"], "later": ["a", "b"]}
        assert cards.find_card(session, done, ALL) is None


def test_filters_narrow_the_board(club: Club) -> None:
    """Features 175, 176, 177."""
    with club.database.transaction() as session:
        type_id, other_type = add_type(club, session), add_type(club, session, name="Other")
        anna, boris = club.add_member(session, "Anna"), club.add_member(session, "Boris")
        mine = add_task(club, session, anna, type_id, text="mine", operator_id=club.actor.id)
        add_task(club, session, boris, other_type, text="other")
        for wanted in (
            TaskFilter(operator_id=club.actor.id),
            TaskFilter(action_type_id=type_id),
            TaskFilter(search="anna"),
        ):
            assert in_columns(session, wanted) == {"unsorted": ["mine"]}
        assert in_columns(session, TaskFilter(site_id=club.site_id)) == {"unsorted": ["other", "mine"]}
        assert in_columns(session, TaskFilter(site_id="sit_elsewhere")) == {}
        assert cards.find_card(session, mine, TaskFilter(action_type_id=other_type)) is None
        assert cards.find_card(session, mine, TaskFilter(search="anna")) is not None


def test_of_too_many_cards_the_first_are_shown_and_all_are_counted(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cards, "CARDS_MAX", 2)
    with club.database.transaction() as session:
        member_id, type_id = club.add_member(session), add_type(club, session)
        for _ in range(3):
            add_task(club, session, member_id, type_id)
        board = cards.find_board(session, ALL)
        assert (board.shown, board.count) == (2, 3)


def test_a_move_changes_the_day_and_is_a_line_of_the_history(club: Club) -> None:
    """Features 143, 162, 174."""
    with club.database.transaction() as session:
        task_id = add_task(club, session, club.add_member(session), add_type(club, session))
        task = service.move(session, club.actor, task_id, "later")
        assert column_of(cards.due_of(task), session.now, service.zone_of(session, task)) == "later"
        newest = history.of_task(session, task_id, after=None, limit=5).items
        assert sorted(entry.kind for entry in newest) == ["changed", "created"]
        with pytest.raises(InvalidError, match="overdue"):
            service.move(session, club.actor, task_id, "overdue")
        closing.close(session, club.actor, task_id, Closing(outcome_id=None, result="Done"))
        with pytest.raises(ConflictError):
            service.move(session, club.actor, task_id, "today")


def test_the_quick_view_changes_and_comments_at_once(club: Club) -> None:
    """Features 163, 164, 165."""
    with club.database.transaction() as session:
        task_id = add_task(club, session, club.add_member(session), add_type(club, session))
        changes = {"operator_id": club.actor.id, "next_step": "email"}
        service.edit(session, club.actor, task_id, changes, "Wants an offer")
        card = cards.find_card(session, task_id, ALL)
        assert card is not None
        assert (card.operator, card.task.next_step) == ("Anna", "email")
        said = [entry.text for entry in history.of_task(session, task_id, after=None, limit=5).items]
        assert "Wants an offer" in said
        service.edit(session, club.actor, task_id, {}, "")
        assert len(history.of_task(session, task_id, after=None, limit=5).items) == 3


def test_the_agenda_has_the_tasks_of_one_operator_by_day(club: Club) -> None:
    """Feature 136."""
    with club.database.transaction() as session:
        member_id, type_id = club.add_member(session), add_type(club, session)
        mine = {"operator_id": club.actor.id}
        add_task(club, session, member_id, type_id, text="nobody's", next_step_at=session.now + timedelta(days=9))
        add_task(club, session, member_id, type_id, text="undated", **mine)
        add_task(club, session, member_id, type_id, text="missed", complete_by=date(2020, 1, 1), **mine)
        at = session.now + timedelta(days=9)
        add_task(club, session, member_id, type_id, text="step", next_step_at=at, **mine)
        zone = service.zone_of(session, session.query(Task).filter_by(text="step").one())
        day = local_day(at, zone)
        add_task(club, session, member_id, type_id, text="whole day", complete_by=day, **mine)
        agenda = find_agenda(session, club.actor.id, day, "week")
        assert [card.task.text for card in agenda.days[day]] == ["whole day", "step"]
        assert [card.task.text for card in (*agenda.overdue, *agenda.undated)] == ["missed", "undated"]
        assert not find_agenda(session, club.actor.id, day - timedelta(days=14), "day").days[day - timedelta(days=14)]


def test_the_agenda_of_a_trainer_has_their_sessions_among_the_tasks(club: Club) -> None:
    """Features 136, 137."""
    with club.database.transaction() as session:
        member_id, type_id = club.add_member(session), add_type(club, session)
        at = session.now.replace(hour=9, minute=0) + timedelta(days=9)
        club.book(session, member_id, at, trainer_id=club.actor.id, title="Yoga", seats=5)
        club.plan(session, at + timedelta(hours=3), title="Somebody else's")
        for hours, text in ((-1, "before"), (2, "after")):
            moment = at + timedelta(hours=hours)
            add_task(club, session, member_id, type_id, text=text, operator_id=club.actor.id, next_step_at=moment)
        day = local_day(at, service.zone_of(session, session.query(Task).filter_by(text="after").one()))
        agenda = find_agenda(session, club.actor.id, day, "day")
        entries = agenda.entries(day)
        told = [e.activity.name if isinstance(e, TaughtSession) else e.task.text for e in entries]
        assert told == ["before", "Yoga", "after"]
        (yoga,) = agenda.taught
        assert (yoga.taken, yoga.waiting, yoga.held.seats, len(yoga.hours)) == (1, 0, 5, 13)
        quiet = find_agenda(session, club.actor.id, day, "week", has_sessions=False)
        assert len(quiet.entries(day)) == 2


def test_a_week_goes_from_monday_to_sunday() -> None:
    """Feature 136."""
    sunday = date(2026, 11, 22)
    assert days_of(sunday, "week")[0] == date(2026, 11, 16)
    assert days_of(sunday, "week")[-1] == sunday
    assert days_of(sunday, "day") == [sunday]
