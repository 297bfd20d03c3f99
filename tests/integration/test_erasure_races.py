"""On PostgreSQL many write at once: of a person who is being erased nothing stays, and nothing comes back."""

from collections.abc import Callable
from threading import Thread

import httpx
import pytest
from sqlalchemy import select

from cloud.audit.service import Actor
from cloud.comments import service as comments
from cloud.comments.models import Comment
from cloud.database import Database, UnitOfWork
from cloud.members import contacts
from cloud.members import service as members
from cloud.members.models import Member, MemberTag
from cloud.personal_data import service
from tests.integration.club import SYSTEM, Club, add_member, open_club
from tests.integration.lock_waits import until_somebody_waits

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
Write = Callable[[UnitOfWork, Actor, str], object]


@pytest.fixture
def club(database: Database) -> Club:
    return open_club(database)


@pytest.fixture
def member_id(club: Club) -> str:
    return str(add_member(club, club.client("receptionist"), first_name="Ksenia", last_name="")["id"])


def erase(session: UnitOfWork, member_id: str) -> None:
    service.erase(session, SYSTEM, member_id, typed_name="Ksenia")


def what_names(club: Club, member_id: str) -> list[object]:
    with club.database.session() as session:
        about = [
            select(Comment.id).where(Comment.member_id == member_id),
            select(MemberTag.label_id).where(MemberTag.member_id == member_id),
            select(Member.id).where(Member.id == member_id, Member.first_name == "Ksenia"),
        ]
        return [found for query in about for found in session.scalars(query)]


@pytest.mark.parametrize(
    "write",
    [
        lambda session, actor, member_id: comments.add(session, actor, member_id, "Ksenia is ill"),
        lambda session, actor, member_id: contacts.set_tags(session, actor, member_id, ["ill"]),
        lambda session, actor, member_id: members.change(session, actor, member_id, {"note": "ill"}),
    ],
    ids=["comment", "tags", "note"],
)
def test_what_was_begun_before_the_erasure_is_erased_with_the_rest(club: Club, member_id: str, write: Write) -> None:
    def erase_now() -> None:
        with club.database.transaction() as session:
            erase(session, member_id)

    staff = Actor("staff", club.hire("manager"))
    erasing = Thread(target=erase_now)
    with club.database.transaction() as session:
        write(session, staff, member_id)
        erasing.start()
        until_somebody_waits(session)
    erasing.join()
    assert what_names(club, member_id) == []
    with club.database.session() as session:
        assert members.get(session, member_id).note == ""


@pytest.mark.parametrize(
    "ask",
    [
        lambda desk, address: desk.post(f"{address}/comments", json={"text": "Ksenia is ill"}),
        lambda desk, address: desk.put(f"{address}/tags", json={"tags": ["ill"]}),
        lambda desk, address: desk.patch(address, json={"first_name": "Ksenia", "note": "ill"}),
    ],
    ids=["comment", "tags", "note"],
)
def test_what_comes_during_the_erasure_is_refused(
    club: Club, member_id: str, ask: Callable[[httpx.Client, str], httpx.Response]
) -> None:
    desk = club.client("manager")
    answers: list[httpx.Response] = []
    asking = Thread(target=lambda: answers.append(ask(desk, f"/api/v1/members/{member_id}")))
    with club.database.transaction() as session:
        erase(session, member_id)
        asking.start()
        until_somebody_waits(session)
    asking.join()
    assert (answers[0].status_code, answers[0].json()["type"]) == (409, "urn:tornello:problem:erased_already")
    assert what_names(club, member_id) == []
