"""Where to go on with a file whose import was interrupted: each lot is noted in its own transaction.

So whoever brings in the rest, after a crash or beside somebody else, adds nobody of the earlier lots once more.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from cloud.database import UnitOfWork
from cloud.errors import ConflictError
from cloud.member_import.models import ImportedLot

RESUMED_WITHIN: Final = timedelta(days=7)
"""After this long somebody means to bring in the whole file, and not its rest."""


def import_id(site_id: str, content: bytes, told: Mapping[str, str]) -> str:
    """What makes it the same import: site, file and mapping."""
    digest = hashlib.sha256(json.dumps([site_id, sorted(told.items())]).encode())
    digest.update(content)
    return digest.hexdigest()


def lots_of(session: UnitOfWork, id_: str) -> Sequence[ImportedLot]:
    """The lots of an import that was interrupted, in their order; none of one that was not begun, or has ended."""
    query = select(ImportedLot).where(ImportedLot.import_id == id_).order_by(ImportedLot.since)
    found = session.scalars(query).all()
    return () if found and session.now - found[-1].done_at > RESUMED_WITHIN else found


def note_lot(session: UnitOfWork, id_: str, *, since: int, until: int, told: list[list[Any]], is_first: bool) -> None:
    """The rows from `since` to `until` are brought in by this transaction. `is_first`: whoever does it begins here.

    Raises:
        ConflictError: somebody else has brought in some of them.
    """
    if is_first:
        is_void = ImportedLot.done_at < session.now - RESUMED_WITHIN
        session.execute(delete(ImportedLot).where(is_void, (ImportedLot.import_id != id_) | (since == 0)))
    query = select(ImportedLot.until).where(ImportedLot.import_id == id_).order_by(ImportedLot.since.desc()).limit(1)
    if (session.scalar(query) or 0) != since:
        raise _taken_over()
    try:
        with session.begin_nested():
            session.add(ImportedLot(import_id=id_, since=since, until=until, told=told, done_at=session.now))
    except IntegrityError:
        raise _taken_over() from None


def end(session: UnitOfWork, id_: str) -> None:
    """All of the file is brought in."""
    session.execute(delete(ImportedLot).where(ImportedLot.import_id == id_))


def _taken_over() -> ConflictError:
    return ConflictError("import_under_way", "Somebody else is bringing in this file.")
