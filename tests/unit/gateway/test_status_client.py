"""Records in words."""

from gateway.status_client import describe

STATE = {
    "type": "state",
    "gateway_id": "gwy_a",
    "site_name": "Club",
    "software_version": "1",
    "revision": 12,
    "clock": "synced",
    "is_connected": False,
    "outbox": [3, 5],
    "lanes": [{"lane_id": "lan_a", "name": "Lane 1", "state": "locked"}],
    "readers": [
        {"lane_id": "lan_a", "reader": "entry", "is_online": True, "is_secure": True},
        {"lane_id": "lan_a", "reader": "exit", "is_online": False, "is_secure": False},
    ],
}


def test_a_state_says_how_the_gateway_is() -> None:
    assert describe(STATE).splitlines() == [
        "Club: gateway gwy_a, version 1",
        "  cloud not connected, revision 12 in force, 2 event(s) waiting, clock synced",
        "  lane Lane 1 (lan_a): locked",
        "  reader entry: online, secure channel",
        "  reader exit: offline",
    ]


def test_a_decision_says_why_and_what_was_shown() -> None:
    record = {"type": "decision", "reader": "entry", "explanation": "block: expired", "display": ["Too", "late"]}
    assert describe(record) == "entry: block: expired; shown: Too / late"


def test_a_passage_says_how_it_ended() -> None:
    record = {"type": "passage", "lane_id": "lan_a", "direction": "in", "end": "not_taken"}
    assert describe(record) == "lane lan_a, in: not taken"
