"""Action types with their outcomes, tasks with their history, enquiry statuses and templates."""

import sqlalchemy as sa
from alembic import op

from cloud.database import Json, UtcDateTime

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "action_type",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("colour", sa.String(length=8), nullable=False),
        sa.Column("is_obsolete", sa.Boolean(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=False),
        sa.Column("action_at_access", sa.String(length=20), nullable=False),
        sa.Column("device_kinds", Json, nullable=False),
        sa.Column("texts", Json, nullable=False),
        sa.Column("operator_hint", sa.String(length=300), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_type")),
        sa.UniqueConstraint("name", name=op.f("uq_action_type_name")),
    )
    op.create_table(
        "enquiry_status",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_obsolete", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enquiry_status")),
        sa.UniqueConstraint("name", name=op.f("uq_enquiry_status_name")),
    )
    op.create_table(
        "outcome",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("state_class", sa.String(length=16), nullable=False),
        sa.Column("keeps_block", sa.Boolean(), nullable=False),
        sa.Column("is_obsolete", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome")),
        sa.UniqueConstraint("name", name=op.f("uq_outcome_name")),
    )
    op.create_table(
        "action_type_outcome",
        sa.Column("action_type_id", sa.String(length=24), nullable=False),
        sa.Column("outcome_id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(
            ["action_type_id"], ["action_type.id"], name=op.f("fk_action_type_outcome_action_type_id_action_type")
        ),
        sa.ForeignKeyConstraint(["outcome_id"], ["outcome.id"], name=op.f("fk_action_type_outcome_outcome_id_outcome")),
        sa.PrimaryKeyConstraint("action_type_id", "outcome_id", name=op.f("pk_action_type_outcome")),
    )
    op.create_index(op.f("ix_action_type_outcome_outcome_id"), "action_type_outcome", ["outcome_id"])
    op.create_table(
        "task_template",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("action_type_id", sa.String(length=24), nullable=False),
        sa.Column("operator_id", sa.String(length=24), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("days_to_complete", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.String(length=24), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["action_type_id"], ["action_type.id"], name=op.f("fk_task_template_action_type_id_action_type")
        ),
        sa.ForeignKeyConstraint(["operator_id"], ["staff.id"], name=op.f("fk_task_template_operator_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_template")),
        sa.UniqueConstraint("name", name=op.f("uq_task_template_name")),
    )
    op.create_table(
        "task",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("member_id", sa.String(length=24), nullable=False),
        sa.Column("action_type_id", sa.String(length=24), nullable=False),
        sa.Column("operator_id", sa.String(length=24), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("complete_by", sa.Date(), nullable=True),
        sa.Column("next_step", sa.String(length=8), nullable=True),
        sa.Column("next_step_at", UtcDateTime(), nullable=True),
        sa.Column("enquiry_status_id", sa.String(length=24), nullable=True),
        sa.Column("outcome_id", sa.String(length=24), nullable=True),
        sa.Column("purpose", sa.String(length=24), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("keeps_block", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.String(length=24), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("closed_by", sa.String(length=24), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["action_type_id"], ["action_type.id"], name=op.f("fk_task_action_type_id_action_type")
        ),
        sa.ForeignKeyConstraint(["closed_by"], ["staff.id"], name=op.f("fk_task_closed_by_staff")),
        sa.ForeignKeyConstraint(["created_by"], ["staff.id"], name=op.f("fk_task_created_by_staff")),
        sa.ForeignKeyConstraint(
            ["enquiry_status_id"], ["enquiry_status.id"], name=op.f("fk_task_enquiry_status_id_enquiry_status")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_task_member_id_member")),
        sa.ForeignKeyConstraint(["operator_id"], ["staff.id"], name=op.f("fk_task_operator_id_staff")),
        sa.ForeignKeyConstraint(["outcome_id"], ["outcome.id"], name=op.f("fk_task_outcome_id_outcome")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    op.create_index(op.f("ix_task_action_type_id_closed_at"), "task", ["action_type_id", "closed_at"])
    op.create_index(op.f("ix_task_closed_at_complete_by"), "task", ["closed_at", "complete_by"])
    op.create_index(op.f("ix_task_enquiry_status_id"), "task", ["enquiry_status_id"])
    op.create_index(op.f("ix_task_member_id_closed_at"), "task", ["member_id", "closed_at"])
    op.create_index(op.f("ix_task_operator_id_closed_at"), "task", ["operator_id", "closed_at"])
    op.create_index(op.f("ix_task_outcome_id"), "task", ["outcome_id"])
    op.create_table(
        "task_entry",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("task_id", sa.String(length=24), nullable=False),
        sa.Column("member_id", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changes", Json, nullable=False),
        sa.Column("written_by", sa.String(length=24), nullable=True),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_task_entry_member_id_member")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_task_entry_task_id_task")),
        sa.ForeignKeyConstraint(["written_by"], ["staff.id"], name=op.f("fk_task_entry_written_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_entry")),
    )
    op.create_index(op.f("ix_task_entry_member_id_id"), "task_entry", ["member_id", "id"])
    op.create_index(op.f("ix_task_entry_task_id_id"), "task_entry", ["task_id", "id"])
