"""Tasks begun on days of the calendar, for whom a saved search finds."""

import sqlalchemy as sa
from alembic import op

from cloud.database import Json, UtcDateTime

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    _operations()
    op.create_table(
        "operation_run",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("operation_id", sa.String(length=24), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("begun", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["operation_id"], ["scheduled_operation.id"], name=op.f("fk_operation_run_operation_id_scheduled_operation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operation_run")),
        sa.UniqueConstraint("operation_id", "day", name=op.f("uq_operation_run_operation_id_day")),
    )
    op.create_table(
        "operation_touch",
        sa.Column("operation_id", sa.String(length=24), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("member_id", sa.String(length=24), nullable=False),
        sa.Column("fate", sa.String(length=12), nullable=False),
        sa.Column("task_id", sa.String(length=24), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_operation_touch_member_id_member")),
        sa.ForeignKeyConstraint(
            ["operation_id"],
            ["scheduled_operation.id"],
            name=op.f("fk_operation_touch_operation_id_scheduled_operation"),
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_operation_touch_task_id_task")),
        sa.PrimaryKeyConstraint("operation_id", "day", "member_id", name=op.f("pk_operation_touch")),
    )
    op.create_index(op.f("ix_operation_touch_member_id"), "operation_touch", ["member_id"])
    op.create_index(op.f("ix_operation_touch_task_id"), "operation_touch", ["task_id"])


def _operations() -> None:
    op.create_table(
        "scheduled_operation",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("site_id", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("search_id", sa.String(length=24), nullable=False),
        sa.Column("action_type_id", sa.String(length=24), nullable=False),
        sa.Column("operator_id", sa.String(length=24), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("purpose_id", sa.String(length=24), nullable=False),
        sa.Column("days_to_complete", sa.Integer(), nullable=True),
        sa.Column("is_single", sa.Boolean(), nullable=False),
        sa.Column("minute_of_day", sa.Integer(), nullable=False),
        sa.Column("weekdays", Json, nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("armed_at", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["action_type_id"], ["action_type.id"], name=op.f("fk_scheduled_operation_action_type_id_action_type")
        ),
        sa.ForeignKeyConstraint(["operator_id"], ["staff.id"], name=op.f("fk_scheduled_operation_operator_id_staff")),
        sa.ForeignKeyConstraint(
            ["search_id"], ["saved_search.id"], name=op.f("fk_scheduled_operation_search_id_saved_search")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_scheduled_operation_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheduled_operation")),
    )
    op.create_index(op.f("ix_scheduled_operation_is_active"), "scheduled_operation", ["is_active"])
    op.create_index(op.f("ix_scheduled_operation_search_id"), "scheduled_operation", ["search_id"])
    op.create_index(op.f("ix_scheduled_operation_site_id_name"), "scheduled_operation", ["site_id", "name"])
