"""On PostgreSQL two entries may be made one while the person is being erased: nothing of them comes back by it."""

from threading import Thread

import pytest
from sqlalchemy import select

from cloud.comments import service as comments
from cloud.comments.models import Comment
from cloud.database import Database
from cloud.errors import ConflictError
from cloud.members import service as members
from cloud.members.service import MemberDetails
from cloud.merging.service import merge
from cloud.personal_data import service as personal_data
from tests.club import Club
from tests.integration.lock_waits import until_somebody_waits

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def test_who_is_being_erased_takes_nobody_else_s_entry(database: Database) -> None:
    club, refused = Club.found(database), list[ConflictError]()

    def add(name: str, **details: str) -> str:
        with database.transaction() as session:
            known = MemberDetails(site_id=club.site_id, first_name=name, **details)  # type: ignore[arg-type]
            return members.create(session, club.actor, known).id

    kept, old = add("Ksenia", phone="+393331234567"), add("Ksenia Old", email="k@x.example")
    with database.transaction() as session:
        comments.add(session, club.actor, old, "Ksenia is ill")

    def merge_now() -> None:
        try:
            with database.transaction() as session:
                members.get(session, kept)  # as a page has read them before
                merge(session, club.actor, kept, old)
        except ConflictError as error:
            refused.append(error)

    merging = Thread(target=merge_now)
    with database.transaction() as session:
        personal_data.erase(session, club.actor, kept, typed_name="Ksenia")
        merging.start()
        until_somebody_waits(session)
    merging.join()
    assert [error.code for error in refused] == ["erased_already"]
    with database.session() as session:
        member = members.get(session, kept)
        assert (member.search_text, member.email) == ("", None)
        assert session.scalars(select(Comment).where(Comment.member_id == kept)).all() == []
