"""Roles that a club edits, and other roles at some sites. Whoever was administrator owns the club from now on."""

import sqlalchemy as sa
from alembic import op

from cloud.database import Json, UtcDateTime

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "role",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("permissions", Json, nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_role")),
    )
    op.create_table(
        "staff_site_role",
        sa.Column("staff_id", sa.String(length=24), nullable=False),
        sa.Column("site_id", sa.String(length=24), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_site_role_staff_id_staff")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_staff_site_role_site_id_site")),
        sa.PrimaryKeyConstraint("staff_id", "site_id", name=op.f("pk_staff_site_role")),
    )
    op.create_index(op.f("ix_staff_site_role_site_id"), "staff_site_role", ["site_id"])
    op.add_column("staff", sa.Column("has_site_roles", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(sa.text("UPDATE staff SET role = 'owner' WHERE role = 'administrator'"))
