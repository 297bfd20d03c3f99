"""Many requests that write at once wait for each other; none fails, and the audit log stays one chain."""

import asyncio
from threading import Thread

import httpx
import pytest

from cloud.audit.service import find_break
from cloud.contracts import service as contracts
from cloud.database import Database
from cloud.desired_state import service as desired_state
from cloud.domain_events import VisitTaken
from cloud.labels import service as labels
from tests.integration.club import SYSTEM, Club, add_member, open_club
from tests.integration.lock_waits import until_somebody_waits

WRITERS = 60
"""More than the 40 threads that endpoints run on: the one that holds the write lock must still get its turn."""


@pytest.fixture
def club(database: Database) -> Club:
    return open_club(database)


def post_all(club: Club, client: httpx.Client, calls: list[tuple[str, dict[str, object]]]) -> list[httpx.Response]:
    async def run() -> list[httpx.Response]:
        transport = httpx.ASGITransport(club.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="https://club.test", timeout=60) as many:
            many.headers.update(client.headers)
            return await asyncio.gather(*(many.post(address, json=body) for address, body in calls))

    return asyncio.run(run())


def test_none_of_many_writers_fails(club: Club) -> None:
    desk = club.client("receptionist")
    calls: list[tuple[str, dict[str, object]]] = [
        ("/api/v1/members", {"site_id": club.site_id, "first_name": f"Member {n}"}) for n in range(WRITERS)
    ]
    answers = post_all(club, desk, calls)
    assert {answer.status_code for answer in answers} == {201}
    with club.database.session() as session:
        assert find_break(session) is None
        assert desired_state.head(session, club.site_id).revision >= WRITERS


def test_the_same_card_is_issued_to_one_of_many(club: Club) -> None:
    desk = club.client("receptionist")
    addresses = [f"/api/v1/members/{add_member(club, desk)['id']}/credentials" for _ in range(8)]
    answers = post_all(club, desk, [(address, {"card_number": 7}) for address in addresses])
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7


def test_a_trainer_without_a_room_gets_one_of_many_sessions_at_a_time(club: Club) -> None:
    manager = club.client("manager")
    activity = manager.post("/api/v1/activities", json={"name": "Yoga"}).json()
    body = {"activity_id": activity["id"], "trainer_id": club.hire("trainer"), "seats": 4}
    body |= {"first_on": "2031-05-05", "minutes": 60}
    address = f"/api/v1/sites/{club.site_id}/class-sessions"
    answers = post_all(club, manager, [(address, body | {"starts": f"18:{n:02}"}) for n in range(8)])
    assert sorted(answer.status_code for answer in answers) == [201] + [422] * 7


def test_every_visit_is_counted(club: Club) -> None:
    manager = club.client("manager")
    member = add_member(club, manager)
    body = {"plan_name": "Ten", "starts_on": "2026-01-01", "ends_on": "2026-12-31", "visits_total": 100}
    contract = manager.post(f"/api/v1/members/{member['id']}/contracts", json=body).json()

    def take() -> None:
        with club.database.transaction() as session:
            session.publish(VisitTaken(member["id"], contract["id"], club.site_id, session.now, spends_visit=True))

    async def run() -> None:
        await asyncio.gather(*(asyncio.to_thread(take) for _ in range(20)))

    asyncio.run(run())
    with club.database.session() as session:
        assert contracts.get(session, contract["id"]).visits_used == 20


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_was_a_moment_slower_is_told_so(club: Club) -> None:
    desk = club.client("receptionist")
    address = f"/api/v1/members/{add_member(club, desk)['id']}/tags"
    answers: list[httpx.Response] = []
    slower = Thread(target=lambda: answers.append(desk.put(address, json={"tags": ["vip"]})))
    with club.database.transaction() as session:
        labels.find_or_create(session, SYSTEM, "tag", ["vip"])
        slower.start()
        until_somebody_waits(session)
    slower.join()
    assert (answers[0].status_code, answers[0].json()["type"]) == (409, "urn:tornello:problem:changed_meanwhile")
    assert desk.put(address, json={"tags": ["vip"]}).status_code in {200, 204}
