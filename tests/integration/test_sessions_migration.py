"""A database from before sessions: what was booked by its title becomes bookings of sessions, and none is lost."""

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
    "INSERT INTO staff (id, email, name, password_hash, locale, role, is_active, created_at)"
    " VALUES ('stf_1', 'anna@club.example', 'Anna', '', 'en', 'manager', 1, :at)",
    "INSERT INTO member (id, site_id, first_name, last_name, locale, note, card_numbers, sort_name, search_text,"
    " created_at, changed_at) VALUES ('mem_1', 'sit_1', 'Anna', '', 'en', '', '', 'anna', 'anna', :at, :at),"
    " ('mem_2', 'sit_1', 'Eva', '', 'en', '', '', 'eva', 'eva', :at, :at)",
    "INSERT INTO booking (id, member_id, title, starts_at, ends_at, booked_by, booked_at, cancelled_by, cancelled_at)"
    " VALUES ('bkg_1', 'mem_1', 'Yoga', :at, :at, 'stf_1', :at, NULL, NULL),"
    " ('bkg_2', 'mem_2', 'Yoga', :at, :at, 'stf_1', :at, NULL, NULL),"
    " ('bkg_3', 'mem_1', 'Yoga', :at, :at, 'stf_1', :at, NULL, NULL),"
    " ('bkg_4', 'mem_1', 'Aqua', :at, :at, 'stf_1', :at, 'stf_1', :at)",
)


def test_titles_become_activities_and_bookings_their_sessions(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/tornello.db", dispatch=bus.dispatch)
    with database.engine.execution_options(begin="IMMEDIATE").begin() as connection:
        command.upgrade(configuration(connection), "0019")
        for statement in STATEMENTS:
            connection.execute(text(statement), {"at": AT})
        command.upgrade(configuration(connection), "0020")
        query = (
            "SELECT booking.id, activity.name, class_session.seats, booking.channel, booking.cancelled_for"
            " FROM booking JOIN class_session ON class_session.id = booking.session_id"
            " JOIN activity ON activity.id = class_session.activity_id ORDER BY booking.id"
        )
        rows = [tuple(row) for row in connection.execute(text(query))]
        sessions = connection.execute(text("SELECT count(*) FROM class_session")).scalar()
    database.close()
    assert rows == [
        ("bkg_1", "Yoga", 2, "staff", None),
        ("bkg_2", "Yoga", 2, "staff", None),
        ("bkg_3", "Yoga", 1, "staff", None),
        ("bkg_4", "Aqua", 1, "staff", "staff"),
    ]
    assert sessions == 3
