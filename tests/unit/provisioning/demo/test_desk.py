"""The demo's club has something on every board, and nothing of it stops anybody at the gate."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from cloud import bus
from cloud.action_types.models import ActionType
from cloud.bookings.models import Booking
from cloud.class_sessions.models import ClassSession
from cloud.database import Base, Database
from cloud.flags.models import Flag
from cloud.members.models import Member
from cloud.plans.models import Plan
from cloud.staff.models import Staff
from cloud.task_board import cards
from cloud.tasks.models import Task
from cloud.tasks.repository import TaskFilter
from provisioning.demo.layout import COLLEAGUES, STAFF_EMAIL
from provisioning.demo.seed import seed_club
from tests.club import SECRET
from tests.tables import create_tables


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = Database("sqlite://", dispatch=bus.dispatch)
    create_tables(database)
    cards_file: Path = tmp_path_factory.mktemp("demo") / "cards.json"
    seed_club(database, secret=SECRET, password="ten or more", cards=cards_file)
    yield database
    database.close()


def count(database: Database, table: type[Base]) -> int:
    with database.session() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_there_are_plans_classes_bookings_leads_and_staff_of_each_kind(database: Database) -> None:
    assert count(database, Plan) == 5
    assert count(database, ClassSession) >= 10
    assert count(database, Booking) == 10
    with database.session() as session:
        leads = session.scalars(select(Member.id).where(Member.state == "lead")).all()
        emails = set(session.scalars(select(Staff.email)))
    assert len(leads) == 3
    assert emails == {STAFF_EMAIL, *COLLEAGUES}


def test_the_board_has_cards_in_most_columns(database: Database) -> None:
    with database.session() as session:
        board = cards.find_board(session, TaskFilter())
    columns = {column for column, found in board.columns.items() if found}
    assert {"unsorted", "overdue", "tomorrow", "later"} <= columns


def test_nobody_is_stopped_by_what_staff_have_begun(database: Database) -> None:
    assert count(database, Flag) == 0
    with database.session() as session:
        at_access = select(ActionType.action_at_access).join(Task, Task.action_type_id == ActionType.id)
        assert set(session.scalars(at_access)) == {"none"}
