"""The schema's steps make what the models say, on both databases; and only forward."""

from collections.abc import Iterator
from threading import Thread

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from cloud import bus
from cloud.database import Database
from cloud.members.search_index import is_search_index
from cloud.migrations import DatabaseNewerError, upgrade_database
from cloud.tables import METADATA


@pytest.fixture
def second(database_url: str) -> Iterator[Database]:
    """The same database, as another process sees it."""
    database = Database(database_url, dispatch=bus.dispatch)
    yield database
    database.close()


def test_the_steps_make_what_the_models_say(database: Database) -> None:
    with database.engine.connect() as connection:
        options = {"include_name": lambda name, _kind, _parents: not is_search_index(name)}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), METADATA) == []


def test_upgrading_again_changes_nothing(database: Database) -> None:
    upgrade_database(database)
    upgrade_database(database)
    with database.engine.connect() as connection:
        assert len(MigrationContext.configure(connection).get_current_heads()) == 1


def test_processes_that_start_together_upgrade_once(database: Database, second: Database) -> None:
    with database.engine.begin() as connection:
        METADATA.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
    failures: list[BaseException] = []

    def upgrade(target: Database) -> None:
        try:
            upgrade_database(target)
        except BaseException as error:
            failures.append(error)

    threads = [Thread(target=upgrade, args=(target,)) for target in (database, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert set(METADATA.tables) <= set(inspect(database.engine).get_table_names())


def test_a_database_of_a_newer_program_is_left_alone(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseNewerError, match="9999"):
        upgrade_database(database)


def test_a_step_that_fails_leaves_nothing_behind(database: Database) -> None:
    with database.engine.begin() as connection:
        METADATA.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
        connection.execute(text("CREATE TABLE staff_session (stranger INTEGER)"))
    with pytest.raises(Exception, match="staff_session"):
        upgrade_database(database)
    assert inspect(database.engine).get_table_names() == ["staff_session"]
