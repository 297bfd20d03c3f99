"""Fields that the usual messages and events leave out, and all actions of a command; bytes in `golden_rare.json`."""

import json
from pathlib import Path

from sync_protocol import gate_commands as g
from sync_protocol import journal_events as j
from sync_protocol import messages as m
from sync_protocol.self_test import CheckOutcome, SelfTestReport

RARE_FILE = Path(__file__).with_name("golden_rare.json")
ROOT = bytes(range(16))
BOOT = "5b0c8a1e-6a5f-4f0e-9a67-6f1f4d1f2b11"

RARE_MESSAGES: dict[str, m.Message] = {
    "up/hello": m.Hello(
        BOOT,
        "1.2.3",
        "00112233445566ff",
        42,
        ROOT,
        m.OutboxRange(7, 99),
        "floor",
        1_795_000_000_123,
        nonce=b"12345678",
        run_id="8899aabbccddeeff",
        keys_serial=3,
    ),
    "up/heartbeat": m.Heartbeat(
        BOOT,
        17,
        42,
        ROOT,
        m.OutboxRange(7, 99),
        "synced",
        1_795_000_000_123,
        disk_fault="read-only",
        self_test=SelfTestReport(1_795_000_000_123, (CheckOutcome("relay", "bad", "no_voltage", "lan_a"),)),
        policy_fault="a row of a newer version",
        lanes=(m.LaneHealth("lan_a", "fire", "free_passage", 1_795_003_600),),
        staged=m.StagedSnapshot("r42-00010203", 12),
    ),
    "down/acked": m.EventsAcked("00112233445566ff", 98, 43, b"12345678"),
    "down/refused": m.Refused("hello", "heard before", 1, heard_number=1_795_000_000_123),
    "down/welcome": m.Welcome(1_795_000_000_123, 42, ROOT, "00112233445566ff", 12, b"12345678", bytes(range(32))),
}

ACTIONS: dict[str, g.CommandAction] = {
    "open_once": g.OpenOnce("out"),
    "lane_mode": g.ChangeMode("lockdown"),
    "evacuation_end": g.EndEvacuation(),
    "identify": g.Identify(),
    "restart": g.Restart(),
    "collect_diagnostics": g.CollectDiagnostics(),
    "move_broker": g.MoveBroker("broker.club.example", 8884),
    "update_software": g.UpdateSoftware(
        "1.3.0", "https://releases.club.example/tornello-gateway_1.3.0_arm64.deb", "{}\nc2lnbmF0dXJl\n"
    ),
}

RARE_BODIES: dict[str, j.EventBody] = {
    "access_decided": j.AccessDecided(
        "tap_a", "lan_a", "in", "entry", "0f" * 16, "allow", "granted", "contract", 42, "mem_a", "ctr_a", is_guest=True
    ),
    "access_taken": j.AccessTaken(
        "tap_a", "lan_a", "out", "mem_a", None, left_zone_id="zon_a", is_guest=True, is_staff=True
    ),
}


def command(action: g.CommandAction) -> m.Command:
    """The action on its way to a gateway."""
    return m.Command("cmd_a", ROOT, "00112233", "lan_a", action, 1_795_000_000_123, 1_795_000_010_123, "stf_a")


def rare_bytes() -> dict[str, dict[str, str]]:
    """What rests in the file: hex by section and name."""
    sections: dict[str, dict[str, str]] = json.loads(RARE_FILE.read_text())
    return sections
