"""Draft a new step: what the models have and the steps so far lack. For developers: `... 0002 "Add bookings."`."""

import sys

from alembic import command

from cloud import bus
from cloud.database import Database
from cloud.migrations import configuration, upgrade_database


def main() -> None:
    """Write `versions/NUMBER_message.py`, from a database in memory that has run every step so far."""
    number, message = sys.argv[1:]
    database = Database("sqlite://", dispatch=bus.dispatch)
    upgrade_database(database)
    with database.engine.begin() as connection:
        command.revision(configuration(connection), message, autogenerate=True, rev_id=number)
    database.close()


if __name__ == "__main__":
    main()
