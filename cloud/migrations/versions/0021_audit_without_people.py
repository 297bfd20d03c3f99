"""What audit entries tell, as salted digests in the chain: so that a person can be taken out of them.

Every entry that is as it was written is chained anew; from the first one that is not, all stay as they are, and the
log counts as broken there as it did before.
"""

import hashlib
import json
import secrets
from typing import Any

import sqlalchemy as sa
from alembic import op

from cloud.database import Json, UtcDateTime

revision = "0021"
down_revision = "0020"

_AT_ONCE = 1000
_entries = sa.table(
    "audit_entry",
    sa.column("seq", sa.Integer),
    sa.column("at", UtcDateTime()),
    sa.column("actor_kind", sa.String),
    sa.column("actor_id", sa.String),
    sa.column("action", sa.String),
    sa.column("entity_kind", sa.String),
    sa.column("entity_id", sa.String),
    sa.column("before", Json),
    sa.column("after", Json),
    sa.column("request_id", sa.String),
    sa.column("chain", sa.LargeBinary),
    sa.column("salt", sa.LargeBinary),
    sa.column("details", sa.LargeBinary),
)
_head = sa.table("audit_head", sa.column("seq", sa.Integer), sa.column("chain", sa.LargeBinary))


def upgrade() -> None:
    op.add_column("audit_entry", sa.Column("salt", sa.LargeBinary(length=16), nullable=True))
    op.add_column(
        "audit_entry", sa.Column("details", sa.LargeBinary(length=32), nullable=False, server_default=sa.text("''"))
    )
    op.add_column("audit_entry", sa.Column("is_erased", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(op.f("ix_audit_entry_actor_id_seq"), "audit_entry", ["actor_id", "seq"])
    _chain_anew(op.get_bind())


def _chain_anew(connection: sa.Connection) -> None:
    old = new = bytes(32)
    seq = 0
    while rows := _read_after(connection, seq):
        changes: list[dict[str, Any]] = []
        for row in rows:
            old = _chain(old, row, before=row["before"], after=row["after"])
            if row["seq"] != seq + 1 or row["chain"] != old:
                _write(connection, changes)
                return
            seq, salt = row["seq"], secrets.token_bytes(16)
            details = hashlib.sha256(salt + _encode([row["before"], row["after"]])).digest()
            new = _chain(new, row, details=details.hex())
            changes.append({"of_seq": seq, "to_salt": salt, "to_details": details, "to_chain": new})
        _write(connection, changes)
    stored = connection.execute(sa.select(_head)).mappings().one_or_none()
    if stored is not None and (stored["seq"], stored["chain"]) == (seq, old):
        connection.execute(sa.update(_head).values(chain=new))


def _read_after(connection: sa.Connection, seq: int) -> Any:
    query = sa.select(_entries).where(_entries.c.seq > seq).order_by(_entries.c.seq).limit(_AT_ONCE)
    return connection.execute(query).mappings().all()


def _write(connection: sa.Connection, changes: list[dict[str, Any]]) -> None:
    if changes:
        statement = sa.update(_entries).where(_entries.c.seq == sa.bindparam("of_seq"))
        values: dict[str, sa.BindParameter[Any]] = {
            name: sa.bindparam(f"to_{name}") for name in ("salt", "details", "chain")
        }
        connection.execute(statement.values(values), changes)


def _chain(previous: bytes, row: Any, **told: Any) -> bytes:
    content = {
        "seq": row["seq"],
        "at": row["at"].isoformat(),
        "actor": [row["actor_kind"], row["actor_id"]],
        "action": row["action"],
        "entity": [row["entity_kind"], row["entity_id"]],
        "request_id": row["request_id"],
        **told,
    }
    return hashlib.sha256(previous + _encode(content)).digest()


def _encode(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")
