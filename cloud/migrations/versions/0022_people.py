"""Leads and former members, labels, further contacts, tags, photos; telephone numbers become E.164."""

import sqlalchemy as sa
from alembic import op

from cloud.database import UtcDateTime
from cloud.kit.telephone import parse_telephone, region_of

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_table(
        "label",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("folded_name", sa.String(length=240), nullable=False),
        sa.Column("discount_percent", sa.Integer(), nullable=False),
        sa.Column("is_obsolete", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label")),
        sa.UniqueConstraint("kind", "folded_name", name=op.f("uq_label_kind_folded_name")),
    )
    op.add_column("member", sa.Column("state", sa.String(length=8), nullable=False, server_default="client"))
    op.add_column("member", sa.Column("sex", sa.String(length=8), nullable=True))
    op.add_column("member", sa.Column("card_type_id", sa.String(length=24), nullable=True))
    op.add_column("member", sa.Column("card_status", sa.String(length=12), nullable=False, server_default=""))
    op.add_column("member", sa.Column("source_id", sa.String(length=24), nullable=True))
    op.add_column("member", sa.Column("reason_id", sa.String(length=24), nullable=True))
    op.create_table(
        "member_contact",
        sa.Column("member_id", sa.String(length=24), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("value", sa.String(length=254), nullable=False),
        sa.Column("note", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_member_contact_member_id_member")),
        sa.PrimaryKeyConstraint("member_id", "position", name=op.f("pk_member_contact")),
    )
    op.create_index(op.f("ix_member_contact_kind_value"), "member_contact", ["kind", "value"])
    op.create_table(
        "member_tag",
        sa.Column("member_id", sa.String(length=24), nullable=False),
        sa.Column("label_id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["label_id"], ["label.id"], name=op.f("fk_member_tag_label_id_label")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_member_tag_member_id_member")),
        sa.PrimaryKeyConstraint("member_id", "label_id", name=op.f("pk_member_tag")),
    )
    op.create_index(op.f("ix_member_tag_label_id"), "member_tag", ["label_id"])
    op.create_table(
        "member_state_change",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("member_id", sa.String(length=24), nullable=False),
        sa.Column("before", sa.String(length=8), nullable=False),
        sa.Column("after", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("changed_by", sa.String(length=64), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_member_state_change_member_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_state_change")),
    )
    op.create_index(op.f("ix_member_state_change_member_id_id"), "member_state_change", ["member_id", "id"])
    op.create_table(
        "member_photo",
        sa.Column("member_id", sa.String(length=24), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=16), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_member_photo_member_id_member")),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_member_photo")),
    )
    _write_telephones_as_e164()


def _write_telephones_as_e164() -> None:
    """Each as it is dialled at the home site; what is no number stays as it was written."""
    connection = op.get_bind()
    member = sa.table("member", sa.column("id"), sa.column("site_id"), sa.column("phone"))
    site = sa.table("site", sa.column("id"), sa.column("time_zone"))
    rows = connection.execute(
        sa.select(member.c.id, member.c.phone, site.c.time_zone)
        .join(site, site.c.id == member.c.site_id)
        .where(member.c.phone.is_not(None))
    ).all()
    changed = [
        {"member_id": member_id, "number": number}
        for member_id, phone, zone in rows
        if (number := parse_telephone(phone, region_of(zone))) and number != phone
    ]
    if changed:
        update = sa.update(member).where(member.c.id == sa.bindparam("member_id"))
        connection.execute(update.values(phone=sa.bindparam("number")), changed)
