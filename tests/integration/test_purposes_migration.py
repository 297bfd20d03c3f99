"""A database from before purposes: what tasks were for is one of the purposes with which a club begins."""

from pathlib import Path

from alembic import command
from sqlalchemy import text

from cloud import bus
from cloud.database import Database
from cloud.migrations import configuration
from cloud.privacy_purposes.policy import STANDARD, standard_id

AT = "2026-06-01 12:00:00.000000"
STATEMENTS = (
    "INSERT INTO action_type (id, name, colour, is_obsolete, is_default, description, action_at_access, device_kinds,"
    " texts, operator_hint, created_at) VALUES ('aty_1', 'Call', 'blue', 0, 0, '', 'none', '[]', '{}', '', :at)",
    *(
        "INSERT INTO task_template (id, name, action_type_id, text, purpose, created_at)"
        f" VALUES ('ttm_{key}', '{key}', 'aty_1', '', '{key}', :at)"
        for key in STANDARD
    ),
    "INSERT INTO task_template (id, name, action_type_id, text, created_at) VALUES ('ttm_0', '0', 'aty_1', '', :at)",
)


def test_purposes_of_templates_become_purposes_of_the_club(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/tornello.db", dispatch=bus.dispatch)
    with database.engine.execution_options(begin="IMMEDIATE").begin() as connection:
        command.upgrade(configuration(connection), "0032")
        for statement in STATEMENTS:
            connection.execute(text(statement), {"at": AT})
        command.upgrade(configuration(connection), "0033")
        found = connection.execute(text("SELECT id, purpose_id FROM task_template")).all()
        known = set(connection.scalars(text("SELECT id FROM privacy_purpose")))
    database.close()
    expected = {f"ttm_{key}": standard_id(key) for key in STANDARD}
    assert {row.id: row.purpose_id for row in found} == expected | {"ttm_0": None}
    assert known == {standard_id(key) for key in STANDARD}
