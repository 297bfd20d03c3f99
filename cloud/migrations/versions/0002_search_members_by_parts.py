"""An index for finding members by any part of a name."""

from alembic import op

from cloud.members.search_index import create_search_index

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    create_search_index(op.get_bind())
