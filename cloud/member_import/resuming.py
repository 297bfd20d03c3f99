"""Where to go on with a file whose import was interrupted: each lot notes in its own transaction how far it has come.

So no row is brought in twice, by whom it may concern: a second click, a second desk, or a try after a crash.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from cloud.database import UnitOfWork
from cloud.errors import ConflictError
from cloud.member_import.models import BegunImport

RESUMED_WITHIN: Final = timedelta(days=7)
"""After this long somebody means to bring in the whole file, and not its rest."""


def import_id(site_id: str, content: bytes, told: Mapping[str, str]) -> str:
    """What makes it the same import: site, file and mapping."""
    digest = hashlib.sha256(json.dumps([site_id, sorted(told.items())]).encode())
    digest.update(content)
    return digest.hexdigest()


def rows_done(session: UnitOfWork, id_: str) -> int:
    """How many rows of the file are brought in already; none of one that was not begun, or has ended."""
    begun = session.get(BegunImport, id_)
    return 0 if begun is None or session.now - begun.changed_at > RESUMED_WITHIN else begun.rows_done


def note_rows(session: UnitOfWork, id_: str, *, since: int, until: int, is_end: bool) -> None:
    """The rows from `since` to `until` are brought in by this transaction; after the last ones the file has ended.

    Raises:
        ConflictError: somebody else has brought in some of them.
    """
    session.execute(delete(BegunImport).where(BegunImport.changed_at < session.now - RESUMED_WITHIN))
    begun = session.get(BegunImport, id_, with_for_update=True, populate_existing=True)
    if (0 if begun is None else begun.rows_done) != since:
        raise _taken_over()
    if begun is None:
        begun = BegunImport(id=id_, rows_done=until, changed_at=session.now)
        try:
            with session.begin_nested():
                session.add(begun)
        except IntegrityError:
            raise _taken_over() from None
    begun.rows_done, begun.changed_at = until, session.now
    if is_end:
        session.delete(begun)
    session.flush()


def _taken_over() -> ConflictError:
    return ConflictError("import_under_way", "Somebody else is bringing in this file.")
