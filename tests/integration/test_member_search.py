"""Members are found by any part, whatever changed meanwhile: the index of parts says what reading every row would."""

import random
import string

import pytest
from sqlalchemy import delete, select, text

from cloud.database import Database
from cloud.members import repository, search_index, service
from cloud.members.models import Member
from cloud.members.service import MemberDetails
from tests.club import Club


def found(database: Database, *needles: str) -> list[str]:
    with database.session() as session:
        narrow = repository.page_of(session, needles, after=None, limit=10_000)
        page = session.scalars(narrow(select(Member))).all()
        assert repository.count(session, needles) == len(page)
        return [member.id for member in page]


def test_a_search_follows_what_is_added_changed_and_removed(database: Database) -> None:
    club = Club.found(database)
    with database.transaction() as session:
        member_id = club.add_member(session, "Ferdinanda")
    before = found(database, "dinand")
    with database.transaction() as session:
        service.change(session, club.actor, member_id, {"first_name": "Щербакова"})
    changed = found(database, "dinand"), found(database, "рбако")
    with database.transaction() as session:
        session.execute(text("DELETE FROM desired_row"))
        session.execute(text("DELETE FROM member_state_change"))
        session.execute(delete(Member).where(Member.id == member_id))
    assert (before, changed, found(database, "рбако")) == ([member_id], ([], [member_id]), [])


def test_the_index_finds_what_reading_every_row_finds(database: Database) -> None:
    club, chance = Club.found(database), random.Random(7)
    alphabet = "ab" + "щ" + '"*%_' + " -"
    with database.transaction() as session:
        for _ in range(300):
            name = "".join(chance.choices(alphabet, k=12)).strip() or "a"
            service.create(session, club.actor, MemberDetails(site_id=club.site_id, first_name=name))
    with database.session() as session:
        texts = {member.id: member.search_text for member in session.query(Member)}
    for _ in range(200):
        needles = ["".join(chance.choices('abщ"*%_-', k=chance.randint(1, 5))) for _ in range(chance.randint(1, 2))]
        expected = {each for each, content in texts.items() if all(needle in content for needle in needles)}
        assert set(found(database, *needles)) == expected, needles


def test_who_is_common_comes_page_by_page_in_order(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    club = Club.found(database)
    letters = string.ascii_lowercase
    monkeypatch.setattr(repository, "_COMMON", 100)
    with database.transaction() as session:
        for number in range(150):
            last_name = f"rossi {letters[number % 26]}{number}"
            details = MemberDetails(site_id=club.site_id, first_name="Anna", last_name=last_name)
            service.create(session, club.actor, details)
    seen: list[str] = []
    after: str | None = None
    while True:
        with database.session() as session:
            page = service.search(session, "rossi", after=after, limit=40)
            seen += [member.sort_name for member in page.items]
            after = page.next
        if after is None:
            break
    assert (len(seen), seen) == (150, sorted(seen))


def test_the_index_is_made_anew_from_the_members_that_are_there(database: Database) -> None:
    club = Club.found(database)
    with database.transaction() as session:
        member_id = club.add_member(session, "Ferdinanda")
    with database.engine.begin() as connection:
        search_index.create_search_index(connection)
        search_index.create_search_index(connection)
    assert found(database, "dinand") == [member_id]
