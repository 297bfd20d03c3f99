"""The schema's history, and the one way to bring a database up to date.

`versions/` holds numbered, forward-only steps; all that are missing run in one transaction. A new step is drafted by
`python -m cloud.migrations NUMBER MESSAGE`, then read and edited.
"""

from collections.abc import Collection
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from cloud.database import Database

_FOLDER: Final = Path(__file__).parent
_ADVISORY_LOCK: Final = 0x746F726E  # any number; PostgreSQL lets one process at a time upgrade


class DatabaseNewerError(Exception):
    """The database was upgraded by a newer version of the program, which this one does not know."""


def upgrade_database(database: Database) -> None:
    """Run the steps that the database has not seen yet; safe to call at every start and from several processes.

    Raises:
        DatabaseNewerError: install the newer program again.
    """
    with database.engine.execution_options(begin="IMMEDIATE").begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        check_known(MigrationContext.configure(connection).get_current_heads())
        command.upgrade(configuration(connection), "head")


def check_known(revisions: Collection[str]) -> None:
    """Refuse steps that this program does not have.

    Raises:
        DatabaseNewerError: a newer program has been at work.
    """
    known = {script.revision for script in ScriptDirectory(str(_FOLDER)).walk_revisions()}
    if unknown := set(revisions) - known:
        raise DatabaseNewerError(
            f"The database is at schema {', '.join(sorted(unknown))}, which this version does not know. "
            "Start the version that upgraded it, or restore a backup."
        )


def configuration(connection: Connection) -> Config:
    """Alembic's configuration for a connection that somebody else has opened and will commit."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    return config
