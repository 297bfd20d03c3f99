"""A database from before advertising links: each source gets a code of its own, by its name."""

from pathlib import Path

from alembic import command
from sqlalchemy import text

from cloud import bus
from cloud.database import Database
from cloud.migrations import configuration

NAMES = ("instagram", "insta, gram", "insta gram", "радио", "ютуб")
ADD = text(
    "INSERT INTO label (id, kind, name, folded_name, discount_percent, is_obsolete, created_at)"
    " VALUES (:id, :kind, :name, :name, 0, 0, '2026-06-01 12:00:00.000000')"
)


def test_sources_get_a_code_by_their_name(tmp_path: Path) -> None:
    """Feature 181."""
    database = Database(f"sqlite:///{tmp_path}/tornello.db", dispatch=bus.dispatch)
    with database.engine.execution_options(begin="IMMEDIATE").begin() as connection:
        command.upgrade(configuration(connection), "0036")
        for at, name in enumerate(NAMES):
            connection.execute(ADD, {"id": f"lbl_{at}", "kind": "source", "name": name})
        connection.execute(ADD, {"id": "lbl_9", "kind": "tag", "name": "instagram"})
        command.upgrade(configuration(connection), "0037")
        codes = connection.scalars(text("SELECT link_code FROM label ORDER BY id")).all()
    database.close()
    assert codes == ["instagram", "insta-gram", "insta-gram-2", "source", "source-2", None]
