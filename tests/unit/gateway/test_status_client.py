"""Records in words."""

from typing import Any

from gateway.status_client import describe


def reader(name: str, **said: Any) -> dict[str, Any]:
    quiet = {"is_tampered": False, "is_power_failing": False, "inputs": [], "outputs": [], "alarm": "", "shows": None}
    return {"lane_id": "lan_a", "reader": name, "is_online": False, "is_secure": False, **quiet, **said}


STATE = {
    "type": "state",
    "gateway_id": "gwy_a",
    "site_name": "Club",
    "software_version": "1",
    "revision": 12,
    "clock": "synced",
    "is_connected": False,
    "outbox": [3, 5],
    "disk_fault": None,
    "lanes": [{"lane_id": "lan_a", "name": "Lane 1", "state": "locked"}],
    "readers": [
        reader("entry", is_online=True, is_secure=True),
        reader("exit"),
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


def test_a_lane_s_mode_is_told_unless_it_is_the_normal_one() -> None:
    lane = {"lane_id": "lan_a", "name": "Lane 1", "state": "free_passage", "mode": "free_passage_in"}
    for until, told in ((None, ""), (1_900_000_000, " until 2030-03-17 17:46 UTC")):
        lines = describe({**STATE, "lanes": [{**lane, "mode_until": until}]}).splitlines()
        assert lines[2] == f"  lane Lane 1 (lan_a): free_passage; mode free_passage_in{told}"


def test_a_full_disk_is_not_to_be_overlooked() -> None:
    lines = describe({**STATE, "disk_fault": "database or disk is full"}).splitlines()
    assert lines[2] == "  THE DISK TAKES NO MORE: database or disk is full"


def test_rules_that_cannot_be_read_are_told() -> None:
    lines = describe({**STATE, "policy_fault": "ZoneInfoNotFoundError: Europe/Nowhere"}).splitlines()
    assert "  THE SITE'S RULES CANNOT BE READ: ZoneInfoNotFoundError: Europe/Nowhere" in lines


def test_why_there_is_no_link_and_how_the_certificate_is_can_be_read() -> None:
    certificate = {"state": "in_order", "valid_until": "2027-02-19T12:00:00Z", "is_running_out": False}
    certificate |= {"fingerprint": "", "detail": ""}
    lines = describe({**STATE, "link_fault": "no broker there", "certificate": certificate}).splitlines()
    assert lines[2:4] == ["  link: no broker there", "  certificate until 2027-02-19"]
    waiting = {**certificate, "state": "waiting_for_approval", "is_running_out": True, "detail": "staff have to"}
    lines = describe({**STATE, "certificate": {**waiting, "fingerprint": "ab" * 32}}).splitlines()
    expected = "until 2027-02-19, WAITING FOR APPROVAL, RUNNING OUT, staff have to, new key abababababababab"
    assert lines[2] == f"  certificate {expected}"


def test_a_decision_says_why_and_what_was_shown() -> None:
    record = {"type": "decision", "reader": "entry", "explanation": "block: expired", "display": ["Too", "late"]}
    assert describe(record) == "entry: block: expired; shown: Too / late"


def test_a_passage_says_how_it_ended() -> None:
    record = {"type": "passage", "lane_id": "lan_a", "direction": "in", "end": "not_taken"}
    assert describe(record) == "lane lan_a, in: not taken"


def test_a_reader_in_trouble_says_so_in_capitals() -> None:
    broken = reader(
        "entry",
        is_online=True,
        is_tampered=True,
        is_power_failing=True,
        alarm="a frame was forged",
        inputs=[True, False, True],
        outputs=[False],
    )
    assert describe({**STATE, "readers": [broken]}).splitlines()[-1] == (
        "  reader entry: online, TAMPERED, POWER FAILING, ALARM: a frame was forged, inputs on: 1 3"
    )


def test_a_readers_counters_are_a_line_below_it() -> None:
    counters = {"entry": {"polls": 120_000, "latency_p50_ms": 3.5, "latency_p99_ms": None}, "exit": {}}
    lines = describe({**STATE, "reader_counters": counters}).splitlines()
    assert lines[-3:] == [
        "  reader entry: online, secure channel",
        "    polls 120000, latency_p50_ms 3.5, latency_p99_ms -",
        "  reader exit: offline",
    ]
