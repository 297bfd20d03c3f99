"""Staff see which gateway lags, by how much, and since when: over HTTP and on the page."""

from datetime import datetime

from cloud.desired_state import service as desired_state
from cloud.kit.ids import new_id
from cloud.sites import service as sites
from tests.integration.club import PASSWORD, SYSTEM, Club

WORDS = {"en": "behind since", "it": "indietro da", "ru": "отстаёт с"}


def report(club: Club, gateway_id: str, *, behind: int) -> None:
    with club.database.transaction() as session:
        gateway = sites.find_gateway(session, gateway_id)
        assert gateway is not None
        revision = desired_state.head(session, club.site_id).revision - behind
        desired_state.record_report(session, gateway, revision, b"", applied_at=session.now)


def test_a_gateway_that_lags_says_so_until_it_has_caught_up(club: Club) -> None:
    with club.database.transaction() as session:
        lane = sites.create_lane(session, SYSTEM, club.site_id, "Lane 1")
        gateway_id = sites.add_gateway(session, lane, new_id("gwy"), "1").id
    desk, browser = club.client("manager"), club.client()
    signed_in = browser.post("/sign-in", data={"email": "manager@club.test", "password": PASSWORD})
    assert signed_in.status_code == 303
    report(club, gateway_id, behind=1)
    (shown,) = desk.get("/api/v1/gateways").json()["items"]
    assert (shown["revisions_behind"], datetime.fromisoformat(shown["behind_since"]).tzinfo is not None) == (1, True)
    page = browser.get("/access").text
    assert any(words in page for words in WORDS.values())
    report(club, gateway_id, behind=0)
    (shown,) = desk.get("/api/v1/gateways").json()["items"]
    assert (shown["revisions_behind"], shown["behind_since"]) == (0, None)
    page = browser.get("/access").text
    assert not any(words in page for words in WORDS.values())
