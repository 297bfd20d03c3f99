"""Codes of advertising links, and which source's link led to a booking."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    op.add_column("label", sa.Column("link_code", sa.String(length=48), nullable=True))
    _give_codes(op.get_bind())
    op.create_index(op.f("ix_label_link_code"), "label", ["link_code"], unique=True)
    for table in ("booking", "waiting_entry"):
        op.add_column(table, sa.Column("source_id", sa.String(length=24), nullable=True))
    by_a_link = sa.text("source_id IS NOT NULL")
    op.create_index(
        "ix_booking_source_id", "booking", ["source_id"], sqlite_where=by_a_link, postgresql_where=by_a_link
    )


def _give_codes(connection: sa.Connection) -> None:
    sources = connection.execute(sa.text("SELECT id, folded_name FROM label WHERE kind = 'source' ORDER BY id"))
    taken: set[str] = set()
    for label_id, name in sources.all():
        stem = re.sub(r"[^a-z0-9]+", "-", name)[:40].strip("-") or "source"
        code, number = stem, 1
        while code in taken:
            number += 1
            code = f"{stem}-{number}"
        taken.add(code)
        connection.execute(sa.text("UPDATE label SET link_code = :code WHERE id = :id"), {"code": code, "id": label_id})
