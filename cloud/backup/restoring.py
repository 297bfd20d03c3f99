"""Puts a backup back: looked at before, brought up to date, proven afterwards, and told apart from what gateways have.

On SQLite all of it happens to a copy, which then takes the database's place; on PostgreSQL the dump's version and
secret are checked first, one transaction loads it, and what follows runs on the database itself.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, create_engine, func, inspect, select, text
from sqlalchemy.engine import Engine

from cloud import bus
from cloud.access_events.models import AccessEvent
from cloud.audit import service as audit
from cloud.backup import postgresql_copy, sqlite_copy
from cloud.backup.errors import BackupError
from cloud.backup.whole_file import put_in_place
from cloud.database import Database
from cloud.desired_state import service as desired_state
from cloud.desired_state.restored import part_from_gateways
from cloud.kit.sealed_secrets import UnsealError, open_secret
from cloud.members.models import Member
from cloud.migrations import DatabaseNewerError, check_known, upgrade_database
from cloud.sites import service as sites
from cloud.sites.models import Site

_FIRST_FILLED: Final = ("site", "staff", "member")
_HEX: Final = "\\x"
"""How PostgreSQL begins bytes in text."""
_KINDS: Final = {"sqlite": (sqlite_copy.MAGIC, "SQLite"), "postgresql": (postgresql_copy.MAGIC, "PostgreSQL")}


@dataclass(frozen=True, slots=True)
class Restored:
    """What there is after a restore; `broken_audit_seq` is the first entry of the audit log that was altered."""

    sites: int
    members: int
    events: int
    broken_audit_seq: int | None


def restore(path: Path, url: URL, secret: bytes, *, may_replace: bool) -> Restored:
    """Put the contents of a backup in the place of the database's.

    Args:
        may_replace: the database may hold something, which is lost then.

    Raises:
        BackupError: no backup, one of another kind of database, one that was made with another secret or by a newer
            program; or a database that is in use, or holds something that may not be replaced.
    """
    backend = url.get_backend_name()
    _check_kind(path, backend)
    return (_restore_sqlite if backend == "sqlite" else _restore_postgresql)(path, url, secret, may_replace=may_replace)


def _restore_sqlite(path: Path, url: URL, secret: bytes, *, may_replace: bool) -> Restored:
    target = Path(str(url.database))
    if target.exists():
        _check_replaceable(url, may_replace=may_replace)
        sqlite_copy.close_off(target)
    else:
        sqlite_copy.check_alone(target)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    copied = target.with_name(f"{target.name}.restoring")
    copied.unlink(missing_ok=True)
    sqlite_copy.copy(path, copied)
    try:
        restored = _settle(f"sqlite:///{copied}", secret)
        sqlite_copy.close_off(copied)
        if target.exists():
            sqlite_copy.close_off(target)  # somebody may have come meanwhile
        put_in_place(copied, target)
    finally:
        copied.unlink(missing_ok=True)
    return restored


def _restore_postgresql(path: Path, url: URL, secret: bytes, *, may_replace: bool) -> Restored:
    _check_replaceable(url, may_replace=may_replace)
    _check_dump(path, secret)
    postgresql_copy.load(path, url)
    return _settle(url.render_as_string(hide_password=False), secret)


def _check_dump(path: Path, secret: bytes) -> None:
    """Refuse a dump that could not be used afterwards while the database is still as it was."""
    revisions = {revision for (revision,) in postgresql_copy.rows_of(path, "alembic_version", ["version_num"])}
    if not revisions:
        raise _no_backup(path)
    try:
        check_known(revisions)
        for site_id, sealed in postgresql_copy.rows_of(path, "site", ["id", "signing_key_sealed"]):
            open_secret(secret, bytes.fromhex(sealed.removeprefix(_HEX)), sites.signing_context(site_id))
    except DatabaseNewerError as error:
        raise BackupError(str(error)) from error
    except UnsealError as error:
        raise _of_another_secret(error) from error


def _no_backup(path: Path) -> BackupError:
    return BackupError(f"{path} is no backup of this service")


def _of_another_secret(error: UnsealError) -> BackupError:
    return BackupError(f"this backup was made with another secret than TORNELLO_SECRET_FILE ({error})")


def _check_kind(path: Path, backend: str) -> None:
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except OSError as error:
        raise BackupError(f"{path}: {error.strerror}") from error
    for known, (magic, name) in _KINDS.items():
        if start.startswith(magic):
            if known != backend:
                raise BackupError(f"{path} is a backup of {name}; TORNELLO_DATABASE_URL names another kind")
            return
    raise _no_backup(path)


def _check_replaceable(url: URL, *, may_replace: bool) -> None:
    engine = create_engine(url, hide_parameters=True)
    try:
        if not may_replace and _is_filled(engine):
            raise BackupError("the database holds a club already: add --force to replace it, which cannot be undone")
        if engine.dialect.name == "postgresql" and _count_others(engine):
            raise BackupError("the database is in use: stop the service first")
    finally:
        engine.dispose()


def _is_filled(engine: Engine) -> bool:
    known = set(inspect(engine).get_table_names())
    with engine.connect() as connection:
        return any(
            connection.execute(text(f"SELECT 1 FROM {table} LIMIT 1")).first() is not None  # noqa: S608 - names of ours
            for table in _FIRST_FILLED
            if table in known
        )


def _count_others(engine: Engine) -> int:
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with engine.connect() as connection:
        return int(connection.execute(text(query)).scalar_one())


def _settle(url: str, secret: bytes) -> Restored:
    """Bring what was restored up to date, part it from what gateways have, and prove that it can be used."""
    database = Database(url, dispatch=bus.dispatch)
    try:
        upgrade_database(database)
        with database.session() as session:
            sites.check_secret(session, secret)
        desired_state.renew_rows(database)
        with database.transaction() as session:
            part_from_gateways(session)
        with database.session() as session:

            def count(entity: Any) -> int:
                return session.scalar(select(func.count()).select_from(entity)) or 0

            return Restored(count(Site), count(Member), count(AccessEvent), audit.find_break(session))
    except DatabaseNewerError as error:
        raise BackupError(str(error)) from error
    except UnsealError as error:
        raise _of_another_secret(error) from error
    finally:
        database.close()
