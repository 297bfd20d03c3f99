"""Rules that begin cards, the cards and runs of them, each member's last activity."""

import sqlalchemy as sa
from alembic import op

from cloud.database import UtcDateTime

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "card_rule",
        sa.Column("key", sa.String(length=24), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("minute_of_day", sa.Integer(), nullable=False),
        sa.Column("action_type_id", sa.String(length=24), nullable=False),
        sa.Column("operator_id", sa.String(length=24), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("days_to_complete", sa.Integer(), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["action_type_id"], ["action_type.id"], name=op.f("fk_card_rule_action_type_id_action_type")
        ),
        sa.ForeignKeyConstraint(["operator_id"], ["staff.id"], name=op.f("fk_card_rule_operator_id_staff")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_card_rule")),
    )
    op.create_table(
        "card",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("rule_key", sa.String(length=24), nullable=False),
        sa.Column("cause", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.String(length=24), nullable=False),
        sa.Column("member_id", sa.String(length=24), nullable=False),
        sa.Column("task_id", sa.String(length=24), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("end_reason", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_card_member_id_member")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_card_task_id_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card")),
        sa.UniqueConstraint("rule_key", "cause", name=op.f("uq_card_rule_key_cause")),
    )
    op.create_index(op.f("ix_card_member_id_ended_at"), "card", ["member_id", "ended_at"])
    op.create_index(op.f("ix_card_rule_key_ended_at_id"), "card", ["rule_key", "ended_at", "id"])
    op.create_index(op.f("ix_card_rule_key_subject"), "card", ["rule_key", "subject"])
    op.create_index(op.f("ix_card_task_id"), "card", ["task_id"])
    op.create_table(
        "card_run",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("rule_key", sa.String(length=24), nullable=False),
        sa.Column("site_id", sa.String(length=24), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("ended", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("is_unfit", sa.Boolean(), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_card_run_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_run")),
        sa.UniqueConstraint("rule_key", "site_id", "day", name=op.f("uq_card_run_rule_key_site_id_day")),
    )
    op.create_index(op.f("ix_card_run_day"), "card_run", ["day"])
    op.create_table(
        "last_activity",
        sa.Column("member_id", sa.String(length=64), nullable=False),
        sa.Column("visited_at", UtcDateTime(), nullable=True),
        sa.Column("booked_at", UtcDateTime(), nullable=True),
        sa.Column("bought_at", UtcDateTime(), nullable=True),
        sa.Column("paused_until", UtcDateTime(), nullable=True),
        sa.Column("active_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_last_activity")),
    )
    op.create_index(op.f("ix_last_activity_active_at_member_id"), "last_activity", ["active_at", "member_id"])
    op.create_index(op.f("ix_charge_outcome_recorded_at"), "charge", ["outcome", "recorded_at"])
    op.create_index(op.f("ix_contract_created_at"), "contract", ["created_at"])
    op.create_index(op.f("ix_freeze_starts_on"), "freeze", ["starts_on"])
    _remember_activity()


def _remember_activity() -> None:
    """What happened so far counts: without it everybody would seem never to have come."""
    op.execute(
        "INSERT INTO last_activity (member_id, visited_at, booked_at, bought_at, active_at)"
        " SELECT member_id, max(visited_at), max(booked_at), max(bought_at), max(at) FROM ("
        "SELECT member_id, occurred_at AS visited_at, CAST(NULL AS timestamptz) AS booked_at,"
        " CAST(NULL AS timestamptz) AS bought_at, occurred_at AS at"
        " FROM access_event WHERE kind = 'access_taken' AND member_id IS NOT NULL"
        " UNION ALL SELECT member_id, NULL, ends_at, NULL, ends_at FROM booking WHERE cancelled_at IS NULL"
        " UNION ALL SELECT member_id, NULL, NULL, created_at, created_at FROM contract) AS known"
        " GROUP BY member_id"
    )
