"""Commands to lanes, the diagnostics that they bring, and the run of each gateway's program."""

import sqlalchemy as sa
from alembic import op

from cloud.database import Json, UtcDateTime

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("gateway", sa.Column("run_id", sa.String(length=64), nullable=True))
    op.create_table(
        "gate_command",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("gateway_id", sa.String(length=24), nullable=False),
        sa.Column("lane_id", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("arguments", Json, nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("asked_by", sa.String(length=24), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(length=16), nullable=False),
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("detail", sa.String(length=64), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["gateway_id"], ["gateway.id"], name=op.f("fk_gate_command_gateway_id_gateway")),
        sa.ForeignKeyConstraint(["lane_id"], ["lane.id"], name=op.f("fk_gate_command_lane_id_lane")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_command")),
        sa.UniqueConstraint("asked_by", "request_id", name=op.f("uq_gate_command_asked_by_request_id")),
    )
    op.create_index(op.f("ix_gate_command_gateway_id"), "gate_command", ["gateway_id"])
    op.create_index(op.f("ix_gate_command_lane_id"), "gate_command", ["lane_id"])
    op.create_index(op.f("ix_gate_command_state"), "gate_command", ["state"])
    op.create_table(
        "gate_command_diagnostics",
        sa.Column("command_id", sa.String(length=24), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["command_id"], ["gate_command.id"], name=op.f("fk_gate_command_diagnostics_command_id_gate_command")
        ),
        sa.PrimaryKeyConstraint("command_id", "index", name=op.f("pk_gate_command_diagnostics")),
    )
