"""Objections to choose from, and those that stand in the way in a task."""

import sqlalchemy as sa
from alembic import op

from cloud.database import UtcDateTime

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    op.create_table(
        "objection",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("is_obsolete", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
        sa.UniqueConstraint("name", name=op.f("uq_objection_name")),
    )
    op.create_table(
        "task_objection",
        sa.Column("task_id", sa.String(length=24), nullable=False),
        sa.Column("objection_id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(
            ["objection_id"], ["objection.id"], name=op.f("fk_task_objection_objection_id_objection")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_task_objection_task_id_task")),
        sa.PrimaryKeyConstraint("task_id", "objection_id", name=op.f("pk_task_objection")),
    )
    op.create_index(op.f("ix_task_objection_objection_id"), "task_objection", ["objection_id"])
