"""People who are there twice, at the pages and over HTTP."""

from cloud.database import Database
from tests.integration.club import Club, open_club
from tests.integration.test_people_pages import Desk, added


def test_two_entries_are_found_compared_and_made_one(club: Club) -> None:
    desk = Desk(club, "manager")
    kept = added(club, desk, first_name="Anna", phone="333 1234567", tags="vip")
    old = added(club, desk, first_name="Ana", phone="+39 333 1234567", email="ana@club.example")
    old_id = old.rpartition("/")[2]
    question = f"{kept}/merge?old={old_id}"
    assert question in desk.see("/members/duplicates")
    form = desk.see(question)
    assert 'value="kept" checked' in form
    assert "Ana" in form
    assert desk.send(f"{kept}/merge", old=old_id, take_first_name="old").status_code == 303
    card = desk.see(kept)
    assert "<title>Ana" in card
    assert "ana@club.example" in card
    assert desk.browser.get(old).headers["location"] == kept
    assert "Nobody seems to be there twice" in desk.see("/members/duplicates")


def test_a_merge_over_http_leaves_the_old_id_a_way_to_the_member(database: Database) -> None:
    club = open_club(database)
    client = club.client("manager")
    people = [
        client.post("/api/v1/members", json={"site_id": club.site_id, "first_name": "Zoe", "birth_on": "1990-01-02"})
        for _ in range(2)
    ]
    kept_id, old_id = (answer.json()["id"] for answer in people)
    groups = client.get("/api/v1/duplicates").json()
    assert [(group["cause"], len(group["people"])) for group in groups] == [("name", 2)]
    merged = client.post(f"/api/v1/members/{kept_id}/merge", json={"old_id": old_id})
    assert merged.status_code == 200, merged.text
    assert client.get(f"/api/v1/merged-members/{old_id}").json()["member_id"] == kept_id
    assert [row["old_id"] for row in client.get(f"/api/v1/members/{kept_id}/merged").json()] == [old_id]
    for again in (kept_id, old_id, "mem_none"):
        assert client.post(f"/api/v1/members/{kept_id}/merge", json={"old_id": again}).status_code in {404, 422}
