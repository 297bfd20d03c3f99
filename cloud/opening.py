"""What commands need first: the database, brought up to date and with its own secret; a password out of a file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cloud import bus
from cloud.database import Database, UnitOfWork
from cloud.desired_state import service as desired_state
from cloud.kit.sealed_secrets import UnsealError
from cloud.migrations import upgrade_database
from cloud.settings import Settings
from cloud.sites import service as sites


class UsageError(Exception):
    """The command cannot be carried out as it was given."""


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """The database, brought up to date.

    Raises:
        UsageError: its file cannot be used, or the secret is another one.
        DatabaseNewerError: a newer program has changed it.
    """
    try:
        database = Database(settings.database_url, dispatch=bus.dispatch)
    except OSError as error:
        raise UsageError(f"{error.filename}: {error.strerror} (TORNELLO_DATABASE_URL)") from error
    try:
        upgrade_database(database)
        desired_state.renew_rows(database)
        _check_secret(settings, database)
        yield database
    finally:
        database.close()


@contextmanager
def open_transaction(settings: Settings) -> Iterator[UnitOfWork]:
    """One transaction on the database; see `open_database`."""
    with open_database(settings) as database, database.transaction() as session:
        yield session


def read_password_file(path: Path) -> str:
    """The first line of a file.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        return path.read_text("utf-8").partition("\n")[0]
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not text") from error


def _check_secret(settings: Settings, database: Database) -> None:
    try:
        with database.session() as session:
            sites.check_secret(session, settings.secret)
    except UnsealError as error:
        raise UsageError(
            f"TORNELLO_SECRET_FILE is not the secret that this database was made with ({error})"
        ) from error
