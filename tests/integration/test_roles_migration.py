"""A database from before roles remembered what was decided: what came after an edit is as delivered."""

from pathlib import Path

from alembic import command
from sqlalchemy import text

from cloud import bus
from cloud.database import Database
from cloud.migrations import configuration
from cloud.staff import roles

ADD = text(
    "INSERT INTO role (key, name, permissions, changed_at)"
    " VALUES (:key, '', :permissions, '2026-06-01 12:00:00.000000')"
)


def test_an_edited_role_gets_what_came_after_its_edit_and_nothing_else(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/tornello.db", dispatch=bus.dispatch)
    with database.engine.execution_options(begin="IMMEDIATE").begin() as connection:
        command.upgrade(configuration(connection), "0039")
        for key in ("administrator", "trainer"):
            connection.execute(ADD, {"key": key, "permissions": '["members.read"]'})
        command.upgrade(configuration(connection), "0040")
    with database.session() as session:
        assert roles.get(session, "administrator").permissions == {"members.read", "bookings.online"}
        assert roles.get(session, "trainer").permissions == {"members.read"}
    database.close()
