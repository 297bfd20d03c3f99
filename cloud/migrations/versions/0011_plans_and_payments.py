"""Plans; contracts that come from them, renew and go on; instalments and charges in the place of one sum of dues."""

import sqlalchemy as sa
from alembic import op

from cloud.database import UtcDateTime

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    _create_plan()
    _extend_contracts()
    _create_payments()
    _turn_dues_into_instalments()


def _create_plan() -> None:
    op.create_table(
        "plan",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("site_id", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("price_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("length_unit", sa.String(length=8), nullable=False),
        sa.Column("visits_total", sa.Integer(), nullable=True),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.Column("extra_expiry_days", sa.Integer(), nullable=False),
        sa.Column("level_id", sa.String(length=24), nullable=True),
        sa.Column("needs_booking", sa.Boolean(), nullable=False),
        sa.Column("guests_per_day", sa.Integer(), nullable=False),
        sa.Column("instalments_count", sa.Integer(), nullable=False),
        sa.Column("prepayment_minor", sa.Integer(), nullable=False),
        sa.Column("block_after_days", sa.Integer(), nullable=False),
        sa.Column("is_offered", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["level_id"], ["access_level.id"], name=op.f("fk_plan_level_id_access_level")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_plan_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
    )
    op.create_index(op.f("ix_plan_level_id"), "plan", ["level_id"])
    op.create_index(op.f("ix_plan_site_id"), "plan", ["site_id"])


def _extend_contracts() -> None:
    # SQLite takes a reference with a new column alone; copying the table, as Alembic would, breaks those to it.
    for column, table in (("plan_id", "plan"), ("renews_id", "contract")):
        op.execute(
            f"ALTER TABLE contract ADD COLUMN {column} VARCHAR(24)"
            f" CONSTRAINT fk_contract_{column}_{table} REFERENCES {table} (id)"
        )
    op.add_column("contract", sa.Column("kind", sa.String(16), nullable=False, server_default="fixed_term"))
    op.add_column("contract", sa.Column("fee_until", sa.Date(), nullable=False, server_default="1990-01-01"))
    op.add_column("contract", sa.Column("use_until", sa.Date(), nullable=False, server_default="1990-01-01"))
    op.add_column("contract", sa.Column("first_used_at", UtcDateTime(), nullable=True))
    op.add_column("contract", sa.Column("price_minor", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("contract", sa.Column("block_after_days", sa.Integer(), nullable=False, server_default="7"))
    op.add_column("contract", sa.Column("is_renewing", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("contract", sa.Column("length", sa.Integer(), nullable=True))
    op.add_column("contract", sa.Column("length_unit", sa.String(8), nullable=True))
    op.add_column("contract", sa.Column("anchor_day", sa.Integer(), nullable=True))
    op.add_column("freeze", sa.Column("is_prolonging", sa.Boolean(), nullable=False, server_default=sa.false()))
    for column in ("plan_id", "fee_until", "use_until", "is_renewing", "renews_id"):
        op.create_index(op.f(f"ix_contract_{column}"), "contract", [column])
    op.execute("UPDATE contract SET price_minor = dues_minor")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("UPDATE contract SET fee_until = date(ends_on, '+' || grace_days || ' days')")
        op.execute("UPDATE contract SET use_until = date(fee_until, '+' || extra_expiry_days || ' days')")
    else:
        op.execute("UPDATE contract SET fee_until = ends_on + grace_days")
        op.execute("UPDATE contract SET use_until = fee_until + extra_expiry_days")


def _create_payments() -> None:
    op.create_table(
        "instalment",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("contract_id", sa.String(length=24), nullable=False),
        sa.Column("member_id", sa.String(length=24), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("paid_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("block_after_days", sa.Integer(), nullable=False),
        sa.Column("paid_at", UtcDateTime(), nullable=True),
        sa.Column("cancelled_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_instalment_contract_id_contract")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_instalment_member_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instalment")),
    )
    op.create_index(op.f("ix_instalment_contract_id"), "instalment", ["contract_id"])
    op.create_index(op.f("ix_instalment_member_id_due_on"), "instalment", ["member_id", "due_on"])
    op.create_index(
        op.f("ix_instalment_paid_at_cancelled_at_due_on_id"), "instalment", ["paid_at", "cancelled_at", "due_on", "id"]
    )
    op.create_table(
        "charge",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("instalment_id", sa.String(length=24), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("failure", sa.String(length=120), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("idempotency_key", sa.String(length=64), nullable=False),
        sa.Column("recorded_by", sa.String(length=24), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("reversed_at", UtcDateTime(), nullable=True),
        sa.Column("reversal_reason", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["instalment_id"], ["instalment.id"], name=op.f("fk_charge_instalment_id_instalment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charge")),
        sa.UniqueConstraint("recorded_by", "idempotency_key", name=op.f("uq_charge_recorded_by_idempotency_key")),
    )
    op.create_index(op.f("ix_charge_instalment_id"), "charge", ["instalment_id"])


def _turn_dues_into_instalments() -> None:
    """Each contract had one sum at most; the gates' flags for it stay the same."""
    op.execute(
        "INSERT INTO instalment (id, contract_id, member_id, amount_minor, paid_minor, currency, due_on,"
        " block_after_days, paid_at, created_at)"
        " SELECT 'ins_' || substr(id, 5), id, member_id, dues_minor,"
        " CASE WHEN dues_paid_at IS NULL THEN 0 ELSE dues_minor END, currency, dues_due_on, 7, dues_paid_at, changed_at"
        " FROM contract WHERE dues_minor > 0 AND dues_due_on IS NOT NULL"
    )
    for column in ("dues_minor", "dues_due_on", "dues_paid_at"):
        op.drop_column("contract", column)
