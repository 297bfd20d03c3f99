"""On PostgreSQL many write at once: of a person who is being erased nothing stays, and nothing comes back."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TypeVar

import httpx
import pytest
from sqlalchemy import select

from cloud import bus
from cloud.audit.service import Actor
from cloud.comments import service as comments
from cloud.comments.models import Comment
from cloud.database import Database, UnitOfWork
from cloud.errors import ConflictError
from cloud.members import contacts
from cloud.members import service as members
from cloud.members.models import Member, MemberTag
from cloud.merging.service import merge
from cloud.personal_data import service
from cloud.phone_calls import exchanges
from cloud.phone_calls import service as phone_calls
from cloud.phone_calls.service import Call
from tests.card_rules import NOON, RuleClub
from tests.integration.club import SECRET, SYSTEM, Club, add_member, open_club
from tests.integration.lock_waits import until_somebody_waits, writing_beside
from tests.unit.cloud.scheduled_operations.conftest import OperationClub

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
Write = Callable[[UnitOfWork, Actor, str], object]
T = TypeVar("T")


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


def while_erased(database: Database, member_id: str, do: Callable[[], T]) -> T:
    """Begin something during an erasure, for which it waits, and end it after that; its result."""
    with ThreadPoolExecutor(1) as others:
        with database.transaction() as session:
            erase(session, member_id)
            doing = others.submit(do)
            until_somebody_waits(session)
        return doing.result()


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
    staff = Actor("staff", club.hire("manager"))
    with writing_beside(club.database) as beside, club.database.transaction() as session:
        write(session, staff, member_id)
        erasing = beside(lambda other: erase(other, member_id))
        until_somebody_waits(session)
    erasing.result()
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
    answer = while_erased(club.database, member_id, lambda: ask(desk, f"/api/v1/members/{member_id}"))
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:tornello:problem:erased_already")
    assert what_names(club, member_id) == []


def test_a_call_during_the_erasure_is_that_of_nobody_known(club: Club) -> None:
    desk = club.client("manager")
    member_id = str(add_member(club, desk, first_name="Ksenia", last_name="", phone="+393331234567")["id"])
    with club.database.transaction() as session:
        exchange_id = exchanges.create(session, SYSTEM, SECRET, club.site_id, "Desk")[0].id
    call = Call("1", "+393331234567")

    def ring() -> None:
        with club.database.transaction() as session:
            phone_calls.take(session, exchange_id, call)

    while_erased(club.database, member_id, ring)
    with club.database.session() as session:
        assert [(each.number, each.member_id) for each in phone_calls.list_last(session)] == [(call.number, None)]


def test_two_entries_are_not_made_one_while_the_person_is_erased(club: Club, member_id: str) -> None:
    desk = club.client("manager")
    old_id = str(add_member(club, desk, first_name="Ksenia Old", last_name="", email="k@x.example")["id"])
    with club.database.transaction() as session:
        comments.add(session, Actor("staff", club.hire("trainer")), old_id, "Ksenia is ill")

    def merge_now() -> None:
        with club.database.transaction() as session:
            members.get(session, member_id)  # as a page has read them before
            merge(session, SYSTEM, member_id, old_id)

    with pytest.raises(ConflictError) as caught:
        while_erased(club.database, member_id, merge_now)
    assert caught.value.code == "erased_already"
    assert what_names(club, member_id) == []
    with club.database.session() as session:
        member = members.get(session, member_id)
        assert (member.search_text, member.email) == ("", None)


def test_an_operation_that_begins_during_the_erasure_leaves_the_person_out(database_url: str) -> None:
    now = [NOON]
    with closing(Database(database_url, dispatch=bus.dispatch, clock=lambda: now[0])) as database:
        operations = OperationClub.of(RuleClub(database, now))
        operations.plan()
        erased_id, other_id = operations.add_lead("Ksenia"), operations.add_lead("Anna")
        while_erased(database, erased_id, lambda: operations.run(hours=1))
        assert [task.member_id for task in operations.tasks()] == [other_id]
        assert [(touch.member_id, touch.fate) for touch in operations.touches()] == [(other_id, "begun")]
        assert [(run.outcome, run.begun, run.skipped) for run in operations.runs()] == [("done", 1, 0)]
