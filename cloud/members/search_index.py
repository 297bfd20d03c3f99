"""An index of every three characters in a row of the members' search texts: any part of a name is found at once.

On SQLite a full-text table (FTS5, tokenizer trigram) that triggers keep up to date; `member_search_key` gives each
member the number that it needs. Who is too common for it is met on a walk by name through an index that holds the
search texts as well. Whoever remakes the table `member` in a migration calls `create_search_index` again.
On PostgreSQL an index of the extension pg_trgm, which the server uses by itself; where the extension cannot be had,
searches are slower and find the same. Sources: SQLite, "FTS5 extension"; PostgreSQL, appendix F, "pg_trgm".
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Table, column, event, text

from cloud.database import UnitOfWork
from cloud.members.models import Member

PART_CHARACTERS_MIN: Final = 3
_NAMES: Final = ("member_search", "ix_member_search")
_SQLITE: Final = (
    "DROP TRIGGER IF EXISTS member_search_added",
    "DROP TRIGGER IF EXISTS member_search_changed",
    "DROP TRIGGER IF EXISTS member_search_removed",
    "DROP TABLE IF EXISTS member_search",
    "DROP TABLE IF EXISTS member_search_key",
    "DROP INDEX IF EXISTS ix_member_search_by_name",
    "CREATE INDEX ix_member_search_by_name ON member (sort_name, id, search_text)",
    "CREATE TABLE member_search_key (id INTEGER PRIMARY KEY, member_id TEXT NOT NULL UNIQUE)",
    """CREATE VIRTUAL TABLE member_search
       USING fts5 (search_text, content = '', tokenize = 'trigram case_sensitive 1')""",
    "INSERT INTO member_search_key (member_id) SELECT id FROM member",
    """INSERT INTO member_search (rowid, search_text)
       SELECT k.id, m.search_text FROM member_search_key AS k JOIN member AS m ON m.id = k.member_id""",
    """CREATE TRIGGER member_search_added AFTER INSERT ON member BEGIN
         INSERT INTO member_search_key (member_id) VALUES (new.id);
         INSERT INTO member_search (rowid, search_text)
           SELECT id, new.search_text FROM member_search_key WHERE member_id = new.id;
       END""",
    """CREATE TRIGGER member_search_changed AFTER UPDATE OF search_text ON member
       WHEN new.search_text <> old.search_text BEGIN
         INSERT INTO member_search (member_search, rowid, search_text)
           SELECT 'delete', id, old.search_text FROM member_search_key WHERE member_id = old.id;
         INSERT INTO member_search (rowid, search_text)
           SELECT id, new.search_text FROM member_search_key WHERE member_id = new.id;
       END""",
    """CREATE TRIGGER member_search_removed AFTER DELETE ON member BEGIN
         INSERT INTO member_search (member_search, rowid, search_text)
           SELECT 'delete', id, old.search_text FROM member_search_key WHERE member_id = old.id;
         DELETE FROM member_search_key WHERE member_id = old.id;
       END""",
)
_POSTGRESQL: Final = (
    """DO $$ BEGIN
         CREATE EXTENSION IF NOT EXISTS pg_trgm;
         CREATE INDEX IF NOT EXISTS ix_member_search ON member USING gin (search_text gin_trgm_ops);
       EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN
         RAISE WARNING 'without the extension pg_trgm searches for members are slow';
       END $$""",
)
_MATCHING: Final = (
    "SELECT member_id FROM member_search_key WHERE id IN "
    "(SELECT rowid FROM member_search WHERE member_search MATCH :parts)"
)
_COUNT: Final = text("SELECT count(*) FROM (SELECT 1 FROM member_search WHERE member_search MATCH :parts LIMIT :most)")


def create_search_index(connection: Connection) -> None:
    """Make the index of the members that are there, and keep it up to date from now on."""
    for statement in _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL:
        connection.exec_driver_sql(statement)


def is_search_index(name: str | None) -> bool:
    """Whether a table or an index belongs to the search index, of which the models say nothing."""
    return name is not None and name.startswith(_NAMES)


def indexed_parts(session: UnitOfWork, needles: Sequence[str]) -> str | None:
    """What to ask SQLite's index for: the needles that are long enough; None: it cannot help."""
    long = [needle for needle in needles if len(needle) >= PART_CHARACTERS_MIN]
    if not long or session.get_bind().dialect.name != "sqlite":
        return None
    return " AND ".join('"' + needle.replace('"', '""') + '"' for needle in long)


def matches(parts: str) -> ColumnElement[bool]:
    """The condition that a member's search text contains all of the parts."""
    return Member.id.in_(text(_MATCHING).bindparams(parts=parts).columns(column("member_id")))


def count_matching(session: UnitOfWork, parts: str, *, most: int) -> int:
    """How many members contain all of the parts, counted up to `most`."""
    return session.scalar(_COUNT, {"parts": parts, "most": most}) or 0


@event.listens_for(Member.__table__, "after_create")
def _after_create(_table: Table, connection: Connection, **_options: Any) -> None:
    create_search_index(connection)


@event.listens_for(Member.__table__, "after_drop")
def _after_drop(_table: Table, connection: Connection, **_options: Any) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("DROP TABLE IF EXISTS member_search")
        connection.exec_driver_sql("DROP TABLE IF EXISTS member_search_key")
