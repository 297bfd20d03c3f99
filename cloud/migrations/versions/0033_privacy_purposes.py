"""Purposes for which people are approached, their texts, and what people decided; tasks name one of these purposes."""

from datetime import UTC, datetime
from typing import Final

import sqlalchemy as sa
from alembic import op

from cloud.database import Json, UtcDateTime

revision = "0033"
down_revision = "0032"

_PURPOSE = sa.table(
    "privacy_purpose",
    sa.column("id", sa.String),
    sa.column("names", Json),
    sa.column("basis", sa.String),
    sa.column("channels", Json),
    sa.column("is_obsolete", sa.Boolean),
    sa.column("created_at", UtcDateTime()),
)
_STANDARD: Final = (
    ("contract", "contract", ("Their contract with us", "Il suo contratto con noi", "Договор с нами")),
    ("legal_duty", "legal_duty", ("A duty by law", "Un obbligo di legge", "Обязанность по закону")),
    (
        "own_interest",
        "legitimate_interest",
        ("Our legitimate interest", "Il nostro legittimo interesse", "Наш законный интерес"),
    ),
    (
        "marketing_consent",
        "consent",
        ("Advertising, with their consent", "Pubblicità, con il suo consenso", "Реклама, с согласия"),
    ),
)


def _row(key: str, basis: str, names: tuple[str, str, str]) -> dict[str, object]:
    return {
        "id": f"prp_{key:0>20}",
        "names": dict(zip(("en", "it", "ru"), names, strict=True)),
        "basis": basis,
        "channels": [],
        "is_obsolete": False,
        "created_at": datetime(2026, 1, 1, tzinfo=UTC),
    }


def upgrade() -> None:
    op.create_table(
        "privacy_purpose",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("names", Json, nullable=False),
        sa.Column("basis", sa.String(length=20), nullable=False),
        sa.Column("channels", Json, nullable=False),
        sa.Column("is_obsolete", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_purpose")),
    )
    op.bulk_insert(_PURPOSE, [_row(*values) for values in _STANDARD])
    op.create_table(
        "privacy_text",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("purpose_id", sa.String(length=24), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("texts", Json, nullable=False),
        sa.Column("asks_anew", sa.Boolean(), nullable=False),
        sa.Column("written_by", sa.String(length=64), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["purpose_id"], ["privacy_purpose.id"], name=op.f("fk_privacy_text_purpose_id_privacy_purpose")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_text")),
        sa.UniqueConstraint("purpose_id", "number", name=op.f("uq_privacy_text_purpose_id_number")),
    )
    _create_consents()
    for table in ("task", "task_template"):
        op.add_column(table, sa.Column("purpose_id", sa.String(length=24), nullable=True))
        known = sa.table(table, sa.column("purpose"), sa.column("purpose_id"))
        for key, _basis, _names in _STANDARD:
            standard = f"prp_{key:0>20}"
            op.execute(sa.update(known).where(known.c.purpose == key).values(purpose_id=standard))
        op.drop_column(table, "purpose")


def _create_consents() -> None:
    op.create_table(
        "consent",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("member_id", sa.String(length=24), nullable=False),
        sa.Column("purpose_id", sa.String(length=24), nullable=False),
        sa.Column("text_id", sa.String(length=24), nullable=True),
        sa.Column("decision", sa.String(length=12), nullable=False),
        sa.Column("how", sa.String(length=12), nullable=False),
        sa.Column("typed_name", sa.String(length=201), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("noted_by", sa.String(length=64), nullable=False),
        sa.Column("noted_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_consent_member_id_member")),
        sa.ForeignKeyConstraint(
            ["purpose_id"], ["privacy_purpose.id"], name=op.f("fk_consent_purpose_id_privacy_purpose")
        ),
        sa.ForeignKeyConstraint(["text_id"], ["privacy_text.id"], name=op.f("fk_consent_text_id_privacy_text")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(
        op.f("ix_consent_member_id_purpose_id_decided_on"), "consent", ["member_id", "purpose_id", "decided_on"]
    )
    op.create_index(op.f("ix_consent_purpose_id_member_id"), "consent", ["purpose_id", "member_id"])
    op.create_index(op.f("ix_consent_text_id"), "consent", ["text_id"])
    op.create_table(
        "consent_proof",
        sa.Column("consent_id", sa.String(length=24), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["consent_id"], ["consent.id"], name=op.f("fk_consent_proof_consent_id_consent")),
        sa.PrimaryKeyConstraint("consent_id", name=op.f("pk_consent_proof")),
    )
