"""An edited role remembers which permissions there were: about those that come later nobody has decided."""

import sqlalchemy as sa
from alembic import op

from cloud.database import Json

revision = "0040"
down_revision = "0039"

_UNTIL_NOW = (
    *("members.read", "members.write", "credentials.write", "members.standing", "members.merge", "members.import"),
    *("members.export", "labels.write", "contracts.sell", "contracts.write", "plans.write", "sessions.read"),
    *("sessions.write", "bookings.write", "attendance.write", "dues.read", "dues.write", "flags.write", "tasks.read"),
    *("tasks.write", "tasks.bulk", "action_types.write", "access.read", "alarms.acknowledge", "gateways.read"),
    *("gateways.enrol", "access_rules.write", "lanes.open", "lanes.command", "gateways.service", "staff.write"),
    *("roles.write", "api_keys.write", "audit.read", "personal_data.read", "personal_data.erase"),
)
# Without `bookings.online`, which is so new that a role without it was edited before it came.


def upgrade() -> None:
    op.add_column("role", sa.Column("known_permissions", Json, nullable=True))
    role = sa.table("role", sa.column("known_permissions", Json))
    op.get_bind().execute(role.update().values(known_permissions=sorted(_UNTIL_NOW)))
    with op.batch_alter_table("role") as table:
        table.alter_column("known_permissions", existing_type=Json, nullable=False)
