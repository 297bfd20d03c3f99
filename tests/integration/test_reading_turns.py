"""A list that is saved as a file is read without a turn to write: taps and blocks go on meanwhile."""

from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import select

from cloud.api import Transaction
from cloud.app import attach
from cloud.audit import service as audit
from cloud.audit.models import AuditEntry
from cloud.members.models import Member
from tests.club import Club, sqlite_club
from tests.integration.club import AppTransport, make_settings


def ask(club: Club, app: FastAPI) -> httpx.Response:
    attach(app, make_settings(), club.database)
    with httpx.Client(transport=AppTransport(app), base_url="https://club.test") as client:
        return client.get("/export")


def test_others_write_while_a_file_is_made_and_the_log_tells_of_it_afterwards(tmp_path: Path) -> None:
    app = FastAPI()
    with sqlite_club(tmp_path / "tornello.db") as club:

        @app.get("/export")
        def export(session: Transaction) -> list[str]:
            with club.database.transaction() as other:
                club.add_member(other, "Anna")
            found = list(session.scalars(select(Member.first_name)))
            audit.record(session, club.actor, "member.export", entity=("member", ""), after={"rows": len(found)})
            return found

        assert ask(club, app).json() == ["Anna"]
        with club.database.session() as session:
            told = session.scalars(select(AuditEntry).where(AuditEntry.action == "member.export")).one()
            assert told.after == {"rows": 1}
            assert audit.find_break(session) is None


def test_what_reads_and_changes_something_is_a_mistake_of_ours(tmp_path: Path) -> None:
    app = FastAPI()
    with sqlite_club(tmp_path / "tornello.db") as club:
        with club.database.transaction() as session:
            club.add_member(session, "Anna")

        @app.get("/export")
        def export(session: Transaction) -> dict[str, Any]:
            session.scalars(select(Member)).one().first_name = "Berta"
            return {}

        assert ask(club, app).status_code == 500
