"""The schema's steps make what the models say, on both databases; and only forward."""

from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Thread

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from cloud import bus
from cloud.access_rules import zones
from cloud.database import Database
from cloud.desired_state import service as desired_state
from cloud.members.search_index import is_search_index
from cloud.migrations import DatabaseNewerError, configuration, upgrade_database
from cloud.sites import service as sites
from cloud.sites.policy import SiteRules
from cloud.tables import METADATA
from sync_protocol.digest import Digest


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


def test_the_lanes_of_a_site_of_before_lead_into_one_zone(database_url: str) -> None:
    database = Database(database_url, dispatch=bus.dispatch)
    with database.engine.begin() as connection:
        METADATA.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
    with database.engine.execution_options(begin="IMMEDIATE").begin() as connection:
        command.upgrade(configuration(connection), "0003")
        site = {"zone": "Europe/Rome", "key": bytes(Digest().to_bytes()), "at": datetime(2026, 1, 1, tzinfo=UTC)}
        connection.execute(text("INSERT INTO site VALUES ('sit_a', 'Club', :zone, 'it', 30, 1, :key, :key, :at)"), site)
        connection.execute(text("INSERT INTO lane VALUES ('lan_a', 'sit_a', 'Lane 1', :at)"), site)
        connection.execute(text("INSERT INTO state_head VALUES ('sit_a', 7, :key)"), site)
    upgrade_database(database)
    desired_state.renew_rows(database)
    with database.session() as session:
        (zone,) = zones.list_of_site(session, "sit_a")
        (place,) = zones.list_places(session, "sit_a")
        assert (zone.name, place.lane_id, place.zone_in_id, place.zone_out_id) == ("Club", "lan_a", zone.id, None)
        assert sites.rules_of(sites.get_site(session, "sit_a")) == SiteRules("Club", "Europe/Rome", "it")
        assert desired_state.head(session, "sit_a").revision == 8
    database.close()
