"""The board and the agenda at a browser without scripts, in three languages, and who may do what."""

import pytest

from cloud.action_types import service as action_types
from cloud.action_types.service import ActionTypeDetails
from cloud.audit.service import Actor
from cloud.members import service as members
from cloud.members.service import MemberDetails
from cloud.sites import service as sites
from cloud.tasks import service as tasks
from cloud.tasks.repository import TaskFilter
from cloud.tasks.service import TaskDetails
from tests.integration.club import Club
from tests.integration.test_task_pages import Browser

SETUP = Actor("system", "test")


@pytest.fixture
def browser(club: Club) -> Browser:
    club.hire("manager")
    return Browser(club)


def begin(club: Club) -> str:
    """A task about a member with a telephone."""
    with club.database.transaction() as session:
        site = sites.list_sites(session)[0]
        details = MemberDetails(site_id=site.id, first_name="Anna", phone="+39 333 123 4567")
        member = members.create(session, SETUP, details)
        kind = action_types.create(session, SETUP, ActionTypeDetails(name="Call them", texts={}))
        return tasks.create(session, SETUP, member.id, TaskDetails(action_type_id=kind.id, text="Prices")).id


def test_a_card_is_moved_and_edited_without_scripts(club: Club, browser: Browser) -> None:
    """Features 143, 163, 165, 174."""
    task_id = begin(club)
    assert "Prices" in browser.get("/board")
    assert browser.send(f"/board/cards/{task_id}/move", {"column": "tomorrow"}) == "/board"
    refused = browser.post(f"/board/cards/{task_id}/move", {"column": "unsorted"})
    assert refused.status_code == 422
    assert "unsorted only while it has no next step" in refused.text
    assert browser.post(f"/board/cards/{task_id}/move", {"column": "nowhere"}).status_code == 422
    card = browser.get(f"/board/cards/{task_id}/shown")
    assert 'data-in="tomorrow"' in card
    browser.send(f"/board/cards/{task_id}", {"comment": "Wants a trial", "next_step": "call", "next_step_at": ""})
    assert "Wants a trial" in browser.get(f"/board/cards/{task_id}")
    assert 'data-in="unsorted"' in browser.get(f"/board/cards/{task_id}/shown")
    assert browser.post(f"/board/cards/{task_id}", {"comment": "x" * 5000}).status_code == 422


def test_add_finds_who_has_the_number_or_makes_a_lead(club: Club, browser: Browser) -> None:
    """Features 150, 152."""
    begin(club)
    assert browser.post("/board/add/find", {"phone": "12"}).status_code == 422
    found = browser.post("/board/add/find", {"phone": "333 1234567"})
    assert found.status_code == 200
    assert "Anna" in found.text
    with club.database.session() as session:
        kind_id = action_types.list_usable(session)[0].id
        site_id = sites.list_sites(session)[0].id
    lead = {"phone": "+39 348 765 4321", "member_id": "", "site_id": site_id, "action_type_id": kind_id}
    assert browser.post("/board/add", lead).status_code == 422
    assert browser.send("/board/add", lead | {"first_name": "Carla", "text": "Asked for prices"}) == "/board"
    with club.database.session() as session:
        begun = tasks.find_page(session, TaskFilter(search="carla"), after=None, limit=5).items
        assert [members.get(session, task.member_id).state for task in begun] == ["lead"]


def test_nothing_is_sent_again_to_a_page_that_knows_the_newest_change(club: Club, browser: Browser) -> None:
    begin(club)
    page = browser.get("/board")
    newest = page.split('data-newest="')[1].split('"')[0]
    client = browser._client
    fragment = {"HX-Request": "true"}
    assert client.get(f"/board?known={newest}", headers=fragment).status_code == 204
    changed = client.get("/board?known=ten_0", headers=fragment)
    assert changed.status_code == 200
    assert "<html" not in changed.text


@pytest.mark.parametrize(("language", "words"), [("it", ("Lavagna", "Oggi")), ("ru", ("Доска", "Сегодня"))])
def test_board_and_agenda_speak_the_language(
    club: Club, browser: Browser, language: str, words: tuple[str, ...]
) -> None:
    begin(club)
    browser.send("/language", {"language": language, "next": "/board"})
    assert all(word in browser.get("/board") for word in words)
    assert words[1] in browser.get("/agenda?span=day&day=nonsense")


@pytest.mark.parametrize(
    ("language", "words"), [("it", ("Non ha rinnovato", "Acquisizione")), ("ru", ("Не продлили",))]
)
def test_the_funnels_speak_the_language_and_keep_the_filter_in_the_address(
    club: Club, browser: Browser, language: str, words: tuple[str, ...]
) -> None:
    """Features 220, 221, 222."""
    begin(club)
    browser.send("/language", {"language": language, "next": "/funnels"})
    page = browser.get("/funnels?funnel=return&lessons=2")
    assert all(word in page for word in words)
    assert 'value="2"' in page
    assert "board-column" in browser.get("/funnels?funnel=attraction&lessons=nonsense")
