"""What is wrong with a gateway's journal, over the API and in the console."""

import httpx
import pytest

from cloud.access_events import journal_faults
from cloud.access_events.journal_faults import Fault
from cloud.database import Database
from cloud.sites import service as sites
from tests.integration.club import SYSTEM, Club, open_club


@pytest.fixture
def club(database: Database) -> Club:
    club = open_club(database)
    with database.transaction() as session:
        lane = sites.create_lane(session, SYSTEM, club.site_id, "Lane 1")
        sites.add_gateway(session, lane, "gwy_1", "00")
    return club


def note(club: Club, *faults: Fault) -> None:
    with club.database.transaction() as session:
        gateway = sites.find_gateway(session, "gwy_1")
        assert gateway is not None
        journal_faults.note(session, gateway, "e1", faults)


def sign_in(club: Club) -> httpx.Client:
    club.hire("administrator")
    return club.browser("administrator")


def test_faults_come_page_by_page_the_newest_first(club: Club) -> None:
    for seq in range(5):
        note(club, Fault("refused", seq, seq, f"reason {seq}"))
    client = club.client("installer")
    first = client.get("/api/v1/gateways/gwy_1/journal-faults?limit=3").json()
    rest = client.get("/api/v1/gateways/gwy_1/journal-faults", params={"limit": 3, "after": first["next"]}).json()
    assert [fault["reason"] for fault in first["items"] + rest["items"]] == [f"reason {seq}" for seq in (4, 3, 2, 1, 0)]
    assert rest["next"] is None


def test_who_may_not_see_gateways_does_not_see_their_faults(club: Club) -> None:
    assert club.client().get("/api/v1/gateways/gwy_1/journal-faults").status_code == 401
    assert club.client("installer").get("/api/v1/gateways/gwy_2/journal-faults").status_code == 404


def test_without_faults_the_page_says_so(club: Club) -> None:
    browser = sign_in(club)
    assert "Nothing is missing." in browser.get("/access/gateways/gwy_1/journal").text
    assert "/access/gateways/gwy_1/journal" not in browser.get("/access").text


def test_staff_read_which_events_are_concerned_and_why(club: Club) -> None:
    note(club, Fault("refused", 7, 7, "a <b> that nobody knows"), Fault("gap", 10, 19))
    browser = sign_in(club)
    text = browser.get("/access/gateways/gwy_1/journal").text
    assert "Put aside: it could not be read" in text
    assert "a &lt;b&gt; that nobody knows" in text
    assert "Events 10 to 19" in text
    assert "Nothing is missing" not in text
    access = browser.get("/access").text
    assert "/access/gateways/gwy_1/journal" in access
    assert "2 faults" in access


def test_messages_that_were_forged_are_counted_and_not_called_events(club: Club) -> None:
    note(club, Fault("forged", 1, 12, "the signature does not hold"))
    text = sign_in(club).get("/access/gateways/gwy_1/journal").text
    assert "Messages in its name that it did not sign" in text
    assert "12 messages" in text
    assert "Events 1 to 12" not in text


def test_an_altered_journal_stands_among_the_alarms(club: Club) -> None:
    note(club, Fault("broken", 3, 3), Fault("broken", 4, 4))
    text = sign_in(club).get("/alarms").text
    assert text.count("Events of a gateway were altered, lost or forged") == 1
