"""The certificates that gateways got, and the requests of those that come back after expiry."""

import hashlib

import sqlalchemy as sa
from alembic import op
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from cloud.database import UtcDateTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "gateway_certificate",
        sa.Column("serial", sa.String(length=64), nullable=False),
        sa.Column("gateway_id", sa.String(length=24), nullable=False),
        sa.Column("public_key_hash", sa.String(length=64), nullable=False),
        sa.Column("certificate_pem", sa.Text(), nullable=False),
        sa.Column("not_before", UtcDateTime(), nullable=False),
        sa.Column("not_after", UtcDateTime(), nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("in_use_since", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_reason", sa.String(length=16), nullable=True),
        sa.Column("revoked_by", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(["gateway_id"], ["gateway.id"], name=op.f("fk_gateway_certificate_gateway_id_gateway")),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_gateway_certificate")),
    )
    op.create_index(op.f("ix_gateway_certificate_gateway_id"), "gateway_certificate", ["gateway_id"], unique=False)
    op.create_table(
        "reenrolment",
        sa.Column("gateway_id", sa.String(length=24), nullable=False),
        sa.Column("serial", sa.String(length=64), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("csr_pem", sa.Text(), nullable=False),
        sa.Column("network_address", sa.String(length=64), nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=True),
        sa.Column("decided_by", sa.String(length=120), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["gateway_id"], ["gateway.id"], name=op.f("fk_reenrolment_gateway_id_gateway")),
        sa.ForeignKeyConstraint(
            ["serial"], ["gateway_certificate.serial"], name=op.f("fk_reenrolment_serial_gateway_certificate")
        ),
        sa.PrimaryKeyConstraint("gateway_id", name=op.f("pk_reenrolment")),
    )
    _take_over_known_certificates()


def _take_over_known_certificates() -> None:
    """Until now a certificate was kept with the token that it was given for. Those of retired gateways are revoked."""
    connection = op.get_bind()
    tokens = sa.table(
        "claim_token",
        sa.column("gateway_id", sa.String),
        sa.column("certificate_pem", sa.Text),
        sa.column("used_at", UtcDateTime()),
    )
    gateways = sa.table("gateway", sa.column("id", sa.String), sa.column("retired_at", UtcDateTime()))
    columns = ("serial", "gateway_id", "public_key_hash", "certificate_pem", "revoked_reason", "revoked_by")
    moments = ("not_before", "not_after", "issued_at", "revoked_at")
    certificates = sa.table(
        "gateway_certificate",
        *(sa.column(name, sa.String) for name in columns),
        *(sa.column(name, UtcDateTime()) for name in moments),
    )
    known = sa.select(tokens, gateways.c.retired_at).join(gateways, gateways.c.id == tokens.c.gateway_id)
    for token in connection.execute(known.where(tokens.c.certificate_pem.is_not(None))).all():
        leaf = x509.load_pem_x509_certificate(token.certificate_pem.encode())
        public_key = leaf.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        is_retired = token.retired_at is not None
        connection.execute(
            certificates.insert().values(
                serial=f"{leaf.serial_number:x}",
                gateway_id=token.gateway_id,
                public_key_hash=hashlib.sha256(public_key).hexdigest(),
                certificate_pem=token.certificate_pem,
                not_before=leaf.not_valid_before_utc,
                not_after=leaf.not_valid_after_utc,
                issued_at=token.used_at,
                revoked_at=token.retired_at,
                revoked_reason="replaced" if is_retired else None,
                revoked_by="migration" if is_retired else None,
            )
        )
