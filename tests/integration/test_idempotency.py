"""A POST under a key is carried out once, whatever is lost in between; other requests under the key are refused."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import func, select, update

from cloud.database import Database
from cloud.idempotency import keeping, service
from cloud.idempotency.models import IdempotencyKey
from cloud.members.models import Member
from tests.integration.club import Club, open_club

KEY = {"Idempotency-Key": "one-1"}


@pytest.fixture
def club(database: Database) -> Club:
    return open_club(database)


def body(club: Club, name: str = "Anna") -> dict[str, str]:
    return {"site_id": club.site_id, "first_name": name, "last_name": "Rossi"}


def add(client: httpx.Client, club: Club, name: str = "Anna", **headers: str) -> httpx.Response:
    return client.post("/api/v1/members", json=body(club, name), headers=KEY | headers)


def count(club: Club) -> int:
    with club.database.session() as session:
        return session.scalar(select(func.count()).select_from(Member)) or 0


def set_key(club: Club, **values: object) -> None:
    with club.database.transaction() as session:
        session.execute(update(IdempotencyKey).values(**values))


def test_the_same_request_again_is_answered_the_same(club: Club) -> None:
    desk = club.client("receptionist")
    first, second = add(desk, club), add(desk, club)
    assert (first.status_code, second.status_code, count(club)) == (201, 201, 1)
    assert (first.json(), first.headers["content-type"]) == (second.json(), second.headers["content-type"])
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


def test_another_request_under_the_key_is_a_conflict(club: Club) -> None:
    desk = club.client("receptionist")
    add(desk, club)
    other = add(desk, club, "Bruno")
    assert (other.status_code, other.json()["type"]) == (409, "urn:tornello:problem:idempotency_reused")
    assert (other.headers["content-type"], count(club)) == ("application/problem+json", 1)
    assert add(desk, club, "Bruno", **{"Idempotency-Key": "two-2"}).status_code == 201


def test_everybody_has_keys_of_their_own(club: Club) -> None:
    desk, manager = club.client("receptionist"), club.client("manager")
    assert add(desk, club).json()["id"] != add(manager, club, "Bruno").json()["id"]
    stranger = add(club.client(), club)
    assert stranger.status_code == 401


def test_what_was_refused_may_be_tried_again(club: Club) -> None:
    desk = club.client("receptionist")
    wrong = desk.post("/api/v1/members", json={"site_id": "sit_none", "first_name": "A"}, headers=KEY)
    assert wrong.status_code in {404, 422}
    assert add(desk, club).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 129, "two words"])
def test_a_key_that_is_none_is_refused(club: Club, key: str) -> None:
    answer = add(club.client("receptionist"), club, **{"Idempotency-Key": key})
    assert (answer.status_code, count(club)) == (400, 0)


def test_twins_at_once_are_one(club: Club) -> None:
    token = club.client("receptionist").headers["Authorization"]

    async def ask() -> list[httpx.Response]:
        transport = httpx.ASGITransport(club.app)
        async with httpx.AsyncClient(transport=transport, base_url="https://club.test", headers=KEY) as desk:
            desk.headers["Authorization"] = token
            return await asyncio.gather(*(desk.post("/api/v1/members", json=body(club)) for _ in range(4)))

    answers = asyncio.run(ask())
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert 201 in {answer.status_code for answer in answers}
    assert count(club) == 1
    for answer in answers:
        if answer.status_code == 409:
            assert answer.json()["type"].endswith("idempotency_in_progress")
            assert answer.headers["retry-after"] == "2"


def test_a_change_whose_answer_was_lost_is_not_made_again(club: Club) -> None:
    desk = club.client("receptionist")
    add(desk, club)
    set_key(club, state="committed", status=None, answer=None)  # the process died before it kept the answer
    again = add(desk, club)
    assert (again.status_code, count(club)) == (409, 1)
    assert again.json()["type"].endswith("idempotency_answer_lost")


def test_a_claim_that_nothing_came_of_is_taken_over_and_its_owner_cannot_commit(club: Club) -> None:
    desk = club.client("receptionist")
    add(desk, club)
    with club.database.session() as session:
        known = session.scalars(select(IdempotencyKey)).one()
        late = service.Claim(known.id, known.claim)
    set_key(club, state="claimed", status=None, answer=None)
    assert add(desk, club).json()["type"].endswith("idempotency_in_progress")
    with club.database.transaction() as session:
        before = session.now - service.CLAIM_LIFE - timedelta(seconds=1)
        session.execute(update(IdempotencyKey).values(claimed_at=before))
    assert add(desk, club).status_code == 201, "nothing had come of it"
    with pytest.raises(Exception, match="took too long"), club.database.transaction() as session:
        service.mark(session, late)


def test_answers_are_kept_sealed_and_for_a_day(club: Club) -> None:
    desk = club.client("receptionist")
    add(desk, club, "Serafina")
    with club.database.session() as session:
        known = session.scalars(select(IdempotencyKey)).one()
    assert known.answer is not None
    assert b"Serafina" not in known.answer
    keeping.prune_some(club.database)
    with club.database.transaction() as session:
        session.execute(update(IdempotencyKey).values(claimed_at=session.now - service.KEPT_FOR - timedelta(seconds=1)))
    assert not keeping.prune_some(club.database)
    assert (add(desk, club, "Serafina").status_code, count(club)) == (201, 2)


def test_signing_in_is_left_out(club: Club) -> None:
    club.hire("manager")
    stranger = club.client()
    said = {"email": "manager@club.test", "password": "correct horse battery"}
    headers = KEY | {"Authorization": "Bearer x"}
    tokens = {stranger.post("/api/v1/sessions", json=said, headers=headers).json()["token"] for _ in range(2)}
    assert len(tokens) == 2
