"""Why a tap was decided as it was: over HTTP and as a page, on both databases."""

from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import select

from access_policy.facts import TapFacts
from cloud.access_events.models import AccessEvent, RefusedEvent
from cloud.database import Database
from cloud.desired_state.models import StateHead
from cloud.kit.ids import new_id
from cloud.sites import service as sites
from cloud.staff.api import COOKIE
from sync_protocol.credential_hash import hash_credential
from sync_protocol.journal_events import AccessDecided, DecisionFacts
from tests.gateway_of_the_past import decide_tap, take_over
from tests.integration.club import SYSTEM, Club, add_member, open_club

CARD = {"card_number": 4711}


@pytest.fixture
def club(database: Database) -> Club:
    return open_club(database)


@pytest.fixture
def desk(club: Club) -> httpx.Client:
    return club.client("receptionist")


class Lane:
    """A lane whose gateway has the newest state in force."""

    def __init__(self, club: Club) -> None:
        self._club = club
        self._taps = 0
        with club.database.transaction() as session:
            lane = sites.create_lane(session, SYSTEM, club.site_id, "Lane 1")
            self._lane_id, self._gateway_id = lane.id, sites.add_gateway(session, lane, new_id("gwy"), "1").id

    def hash_of(self, card_number: int) -> str:
        with self._club.database.session() as session:
            site = sites.get_site(session, self._club.site_id)
            return hash_credential(site.credential_key, f"wiegand26:{site.facility_code}:{card_number}")

    def tap(self, card: str, **changes: object) -> int:
        """Tap, decide, bring the event to the cloud, altered by `changes`; the event's id there."""
        self._taps += 1
        with self._club.database.transaction() as session:
            gateway = sites.find_gateway(session, self._gateway_id)
            assert gateway is not None
            now_s = int(session.now.timestamp())
            facts = TapFacts(self._lane_id, "in", "free", now_s, is_clock_trusted=True)
            body = decide_tap(session, self._club.site_id, card, facts)
            altered: AccessDecided = msgspec.structs.replace(body, **changes)
            take_over(session, gateway, altered, seq=self._taps, at_ms=now_s * 1000)
        with self._club.database.session() as session:
            return session.scalars(select(AccessEvent.id).order_by(AccessEvent.id.desc())).first() or 0


def explain(client: httpx.Client, event_id: int, language: str = "en") -> Any:
    answer = client.get(f"/api/v1/access-events/{event_id}/explanation", params={"language": language})
    assert answer.status_code == 200, answer.text
    return answer.json()


def browser(client: httpx.Client) -> httpx.Client:
    """The same person at the console's pages."""
    client.cookies.set(COOKIE, client.headers["Authorization"].removeprefix("Bearer "))
    return client


def page_of(client: httpx.Client, event_id: int) -> str:
    return browser(client).get(f"/access-events/{event_id}").text


def member_with_card(club: Club, desk: httpx.Client) -> str:
    member_id: str = add_member(club, desk)["id"]
    answer = desk.post(f"/api/v1/members/{member_id}/credentials", json=CARD)
    assert answer.status_code == 201, answer.text
    return member_id


def test_a_past_tap_is_explained_with_the_state_of_then_and_of_now(club: Club, desk: httpx.Client) -> None:
    lane, member_id = Lane(club), member_with_card(club, desk)
    event_id = lane.tap(lane.hash_of(4711))
    flag = desk.post(f"/api/v1/members/{member_id}/flags", json={"effect": "block"}).json()
    told = explain(desk, event_id)
    assert (told["obstacle"], told["is_same"], told["differences"]) == (None, True, [])
    assert (told["then"]["reason"], told["now"]["reason"]) == ("no_entitlement", "flagged_by_staff")
    assert told["then"]["asked"][-1]["findings"] == ["The member has no contract."]
    assert told["now"]["asked"][0]["findings"] == [f"Flag {flag['id']} (raised by staff), block: in force."]
    assert explain(desk, event_id, "ru")["then"]["asked"][-1]["findings"] == ["У члена клуба нет договора."]


def test_a_card_that_nobody_had_then_is_explained_after_it_was_issued(club: Club, desk: httpx.Client) -> None:
    lane = Lane(club)
    event_id = lane.tap(lane.hash_of(4711))
    member_with_card(club, desk)
    told = explain(desk, event_id)
    assert (told["is_same"], told["then"]["reason"]) == (True, "credential_not_found")
    assert told["now"]["reason"] == "no_entitlement"


def test_an_altered_record_raises_an_alarm(club: Club, desk: httpx.Client) -> None:
    lane = Lane(club)
    member_with_card(club, desk)
    event_id = lane.tap(lane.hash_of(4711), outcome="allow", reason="granted")
    told = explain(desk, event_id)
    assert (told["is_same"], told["differences"]) == (False, ["outcome", "reason"])
    assert "the record was altered" in page_of(desk, event_id)


@pytest.mark.parametrize("now_s", [10**15, -(10**15), -1])
def test_a_tap_at_no_time_at_all_is_put_aside(club: Club, desk: httpx.Client, now_s: int) -> None:
    lane = Lane(club)
    member_with_card(club, desk)
    good = lane.tap(lane.hash_of(4711))
    facts = DecisionFacts(lane="free", now_s=now_s, is_clock_trusted=True)
    assert lane.tap(lane.hash_of(4711), facts=facts) == good
    with club.database.session() as session:
        assert "no such time" in session.scalars(select(RefusedEvent.reason)).one()
    assert explain(desk, good)["is_same"]


def test_odd_facts_are_explained_all_the_same(club: Club, desk: httpx.Client) -> None:
    lane = Lane(club)
    member_with_card(club, desk)
    facts = DecisionFacts(
        lane="free",
        now_s=0,
        is_clock_trusted=False,
        last_contact_at=-(2**62),
        visits_spent={"ctr_x": -(2**62)},
        was_in_zone="zon_nowhere",
        was_since=2**62,
        occupancy=-(2**62),
        guests_today=2**62,
    )
    explain(desk, lane.tap(lane.hash_of(4711), facts=facts))
    assert "zon_nowhere" in page_of(desk, lane.tap(lane.hash_of(4711), facts=facts))


def test_what_cannot_be_made_again_says_why(club: Club, desk: httpx.Client) -> None:
    lane = Lane(club)
    member_with_card(club, desk)
    card = lane.hash_of(4711)
    without_facts, unreadable, old = lane.tap(card, facts=None), lane.tap(card, credential_hash=""), lane.tap(card)
    with club.database.transaction() as session:
        head = session.get(StateHead, club.site_id)
        assert head is not None
        head.history_from = head.revision + 1
    obstacles = [explain(desk, event_id)["obstacle"] for event_id in (without_facts, unreadable, old)]
    assert obstacles == ["facts_missing", "card_unreadable", "history_gone"]
    assert explain(desk, unreadable)["now"] is None
    for event_id, words in ((without_facts, "did not record"), (unreadable, "could be read"), (old, "no longer kept")):
        assert words in page_of(desk, event_id)


def test_the_page_says_it_in_words(club: Club, desk: httpx.Client) -> None:
    lane, member_id = Lane(club), member_with_card(club, desk)
    event_id = lane.tap(lane.hash_of(4711))
    page = page_of(desk, event_id)
    assert "the decision is the same" in page
    assert f'href="/members/{member_id}"' in page
    assert "The same card now" in page
    assert f'href="/access-events/{event_id}"' in browser(desk).get("/").text


def test_only_taps_that_there_are_are_explained_and_only_to_those_who_may_see_them(
    club: Club, desk: httpx.Client
) -> None:
    assert desk.get("/api/v1/access-events/99/explanation").status_code == 404
    assert desk.get("/api/v1/access-events/0/explanation").status_code == 422
    assert browser(desk).get("/access-events/99").status_code == 404
    assert club.client().get("/api/v1/access-events/1/explanation").status_code == 401
    assert club.client("installer").get("/api/v1/access-events/1/explanation").status_code == 403
