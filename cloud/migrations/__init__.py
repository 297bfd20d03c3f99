"""The schema's history, and the one way to bring a database up to date.

`versions/` holds numbered, forward-only steps; all that are missing run in one transaction. A new step is drafted by
`python -m cloud.migrations NUMBER MESSAGE`, then read and edited. Alembic is imported where there is something to do:
it takes as long as a tenth of the service's start.
"""

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, inspect, text

from cloud.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

_FOLDER: Final = Path(__file__).parent
_ADVISORY_LOCK: Final = 0x746F726E  # any number; PostgreSQL lets one process at a time upgrade


class DatabaseNewerError(Exception):
    """The database was upgraded by a newer version of the program, which this one does not know."""


def upgrade_database(database: Database) -> None:
    """Run the steps that the database has not seen yet; safe to call at every start and from several processes.

    Raises:
        DatabaseNewerError: install the newer program again.
    """
    with database.engine.connect() as connection:
        if is_newest(connection):
            return
    from alembic import command
    from alembic.migration import MigrationContext

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
    from alembic.script import ScriptDirectory

    known = {script.revision for script in ScriptDirectory(str(_FOLDER)).walk_revisions()}
    if unknown := set(revisions) - known:
        raise DatabaseNewerError(
            f"The database is at schema {', '.join(sorted(unknown))}, which this version does not know. "
            "Start the version that upgraded it, or restore a backup."
        )


def configuration(connection: Connection) -> "Config":
    """Alembic's configuration for a connection that somebody else has opened and will commit."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    return config


def is_newest(connection: Connection) -> bool:
    """Whether the last of the numbered steps is the one that the database is at."""
    newest = max(path.name.partition("_")[0] for path in (_FOLDER / "versions").glob("[0-9]*.py"))
    if not inspect(connection).has_table("alembic_version"):
        return False
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [newest]
