"""A second signing key of a site, for the time of a rotation; when each revision was made."""

import sqlalchemy as sa
from alembic import op

from cloud.database import UtcDateTime

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("site", sa.Column("signing_keys_serial", sa.BigInteger(), nullable=False, server_default="1"))
    op.add_column("site", sa.Column("next_signing_key_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("site", sa.Column("next_signing_key_at", UtcDateTime(), nullable=True))
    op.create_table(
        "revision_time",
        sa.Column("site_id", sa.String(length=24), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_revision_time_site_id_site")),
        sa.PrimaryKeyConstraint("site_id", "revision", name=op.f("pk_revision_time")),
    )
