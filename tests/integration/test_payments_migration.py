"""A database from before instalments: the one sum of each contract is asked for as before, and its flags stay."""

from datetime import date
from pathlib import Path

from alembic import command
from sqlalchemy import text

from cloud import bus
from cloud.database import Database
from cloud.migrations import configuration

AT = "2026-06-01 12:00:00.000000"
STATEMENTS = (
    "INSERT INTO site (id, name, time_zone, locale, lease_days, facility_code, signing_key_sealed, credential_key,"
    " created_at) VALUES ('sit_1', 'Club', 'UTC', 'en', 30, 1, x'00', x'00', :at)",
    "INSERT INTO member (id, site_id, first_name, last_name, locale, note, card_numbers, sort_name, search_text,"
    " created_at, changed_at) VALUES ('mem_1', 'sit_1', 'Anna', '', 'en', '', '', 'anna', 'anna', :at, :at)",
    "INSERT INTO contract (id, member_id, plan_name, starts_on, ends_on, grace_days, extra_expiry_days, visits_used,"
    " dues_minor, currency, dues_due_on, dues_paid_at, created_at, changed_at) VALUES"
    " ('ctr_paid', 'mem_1', 'Year', '2026-01-01', '2026-12-30', 2, 3, 0, 4900, 'EUR', '2026-02-01', :at, :at, :at),"
    " ('ctr_open', 'mem_1', 'Year', '2026-01-01', '2026-12-31', 0, 0, 0, 5900, 'EUR', '2026-03-01', NULL, :at, :at),"
    " ('ctr_free', 'mem_1', 'Year', '2026-01-01', '2026-12-31', 0, 0, 0, 0, 'EUR', NULL, NULL, :at, :at)",
)


def test_dues_become_instalments_and_last_days_are_written_down(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/tornello.db", dispatch=bus.dispatch)
    with database.engine.execution_options(begin="IMMEDIATE").begin() as connection:
        command.upgrade(configuration(connection), "0010")
        for statement in STATEMENTS:
            connection.execute(text(statement), {"at": AT} if ":at" in statement else {})
        command.upgrade(configuration(connection), "0011")
        columns = "contract_id, amount_minor, paid_minor, due_on, block_after_days, paid_at IS NULL"
        asked = connection.execute(text(f"SELECT {columns} FROM instalment ORDER BY contract_id")).all()
        days = connection.execute(text("SELECT fee_until, use_until FROM contract ORDER BY id")).all()
    database.close()
    assert [tuple(row) for row in asked] == [
        ("ctr_open", 5900, 0, "2026-03-01", 7, 1),
        ("ctr_paid", 4900, 4900, "2026-02-01", 7, 0),
    ]
    assert [tuple(date.fromisoformat(day) for day in row) for row in days] == [
        (date(2026, 12, 31), date(2026, 12, 31)),
        (date(2026, 12, 31), date(2026, 12, 31)),
        (date(2027, 1, 1), date(2027, 1, 4)),
    ]
