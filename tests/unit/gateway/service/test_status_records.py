"""What local listeners read."""

import json

from gateway.domain.lane_states import LaneState
from gateway.service.status_records import (
    GatewayStatus,
    LaneStatus,
    ReaderReport,
    decision_record,
    explain,
    state_record,
    with_counters,
)
from sync_protocol.journal_events import AccessDecided
from sync_protocol.messages import OutboxRange

EVENT = AccessDecided(
    tap_id="tap_1",
    lane_id="lan_a",
    direction="in",
    reader="entry",
    credential_hash="00",
    outcome="block",
    reason="flagged_by_staff",
    rule="blocking_flag",
    revision=12,
    member_id="mem_a",
    flag_ids=("flg_a", "flg_b"),
    decided_in_us=85,
)


def test_a_decision_explains_itself() -> None:
    assert explain(EVENT) == (
        "block: flagged_by_staff; rule blocking_flag; state of revision 12; flags flg_a, flg_b; decided in 85 us"
    )


def test_a_decision_record_is_json_with_the_events_fields() -> None:
    record = json.loads(json.dumps(decision_record(EVENT, ["See Marco"])))
    assert record["type"] == "decision"
    assert (record["reason"], record["flag_ids"], record["display"]) == (
        "flagged_by_staff",
        ["flg_a", "flg_b"],
        ["See Marco"],
    )


def test_a_state_record_is_json() -> None:
    status = GatewayStatus(
        gateway_id="gwy_a",
        site_name="Club",
        software_version="1",
        revision=12,
        clock="synced",
        is_connected=True,
        outbox=OutboxRange(3, 5),
        disk_fault=None,
        lanes=[LaneStatus("lan_a", "Lane 1", LaneState.LOCKED)],
        readers=[ReaderReport("lan_a", "entry", is_online=True, is_secure=True, inputs=(True, False))],
    )
    state = with_counters(state_record(status), {"entry": {"polls": 7, "latency_p50_ms": None}})
    record = json.loads(json.dumps(state))
    assert record["readers"][0]["inputs"] == [True, False]
    assert record["reader_counters"] == {"entry": {"polls": 7, "latency_p50_ms": None}}
    assert record["type"] == "state"
    assert record["outbox"] == [3, 5]
    lane = {"lane_id": "lan_a", "name": "Lane 1", "state": "locked", "mode": "normal", "mode_until": None}
    assert record["lanes"] == [lane]
