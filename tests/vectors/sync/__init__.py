"""One message of every kind with every field set, and the bytes that both sides must write and read.

The bytes rest in `golden.json`. They change only with the version of the contract: a gateway in the field speaks the
one that it was built with.
"""

import json
from pathlib import Path

from sync_protocol import gate_commands as g
from sync_protocol import journal_events as j
from sync_protocol import messages as m
from sync_protocol import state_rows as r

GOLDEN_FILE = Path(__file__).with_name("golden.json")
BOOT = "5b0c8a1e-6a5f-4f0e-9a67-6f1f4d1f2b11"
ROOT = bytes(range(16))
SPAN = r.TimeSpan(1_795_000_000, 1_796_000_000)
WINDOW = r.EntitlementWindow(
    "ctr_a", 1_790_000_000, 1_830_000_000, (SPAN,), 9, "lvl_a", needs_booking=True, guests_per_day=2
)

ROWS: dict[str, r.StateRow] = {
    "site": r.SiteRow(
        "sit_a",
        "Клуб «Сила»",
        "Europe/Rome",
        "it",
        14,
        "staff_only",
        "ignore_times",
        "may_leave",
        15,
        {"zone_full": {"it": "Sala piena"}},
    ),
    "calendar": r.CalendarRow("sit_a", (r.SpecialDay(20261225, "holiday"),)),
    "schedule": r.ScheduleRow(
        "sch_a", "Off-peak", ((r.DayWindow(540, 1020),),) * 5 + ((), ()), {"holiday": (r.DayWindow(1320, 1560),)}
    ),
    "zone": r.ZoneRow("zon_a", "Gym", "hard", 3600, 240, 1_795_000_000, 120, needs_pin=True, has_first_person_in=True),
    "lane": r.LaneRow("lan_a", "zon_a"),
    "level": r.LevelRow("lvl_a", "Off-peak", (r.LevelGrant("zon_a", "sch_a"),)),
    "credential": r.CredentialRow("0f" * 16, "mem_a", "suspended", "1e" * 16, "2d" * 16),
    "entitlement": r.EntitlementRow(
        "mem_a",
        "Николай Пётров",
        "ru",
        (WINDOW,),
        "staff",
        (r.Booking("bkg_a", 1_795_000_000, 1_795_005_400, "zon_a"),),
        1_795_000_000,
    ),
    "flag": r.FlagRow(
        "flg_a",
        "mem_a",
        "manual",
        "block",
        10,
        ("turnstile",),
        {"en": "Desk", "it": "Cassa"},
        1_790_000_000,
        1_791_000_000,
    ),
}

BODIES: dict[str, j.EventBody] = {
    "access_decided": j.AccessDecided(
        "tap_a",
        "lan_a",
        "in",
        "entry",
        "0f" * 16,
        "block",
        "flagged_by_staff",
        "block-flag",
        42,
        "mem_a",
        "ctr_a",
        ("flg_a",),
        "Desk",
        180,
        "zon_a",
        signals=("lost_credential",),
        flags_considered=(("flg_a", "in_force"), ("flg_b", "not_yet")),
        facts=j.DecisionFacts(
            "free",
            1_795_000_000,
            is_clock_trusted=True,
            last_contact_at=1_794_999_990,
            visits_spent={"ctr_a": 1},
            pin="right",
            was_in_zone="",
            was_since=1_794_900_000,
            was_at_lane="lan_b",
            occupancy=41,
            guests_today=1,
            has_staff_inside=True,
        ),
    ),
    "access_taken": j.AccessTaken("tap_a", "lan_a", "in", "mem_a", "ctr_a", spends_visit=True, zone_id="zon_a"),
    "access_not_taken": j.AccessNotTaken("tap_a", "lan_a", "out", "mem_a"),
    "reader_changed": j.ReaderChanged("lan_a", "entry", "tampered", "cover open"),
    "lane_changed": j.LaneChanged("lan_a", "fire", "input 5"),
    "storage_changed": j.StorageChanged("failing", "database or disk is full"),
    "gateway_started": j.GatewayStarted("1.2.3", 42),
    "gap": j.GapRecorded(3, {"access_decided": 2, "gateway_started": 1}),
    "anonymous_passage": j.AnonymousPassage("lan_a", "out", "exit_request"),
    "lane_mode_changed": j.LaneModeChanged("lan_a", "free_passage_in", "local", 1_795_003_600),
}


def event(body: j.EventBody) -> j.JournalEvent:
    return j.JournalEvent(5, BOOT, 123_456, 1_795_000_000_123, "synced", body)


EVENTS = {name: j.seal_event(event(body), j.CHAIN_START) for name, body in BODIES.items()}

GOLDEN: dict[str, m.Message] = {
    "up/hello": m.Hello(
        BOOT,
        "1.2.3",
        "00112233445566ff",
        42,
        ROOT,
        m.OutboxRange(7, 99),
        "floor",
        1_795_000_000_123,
        m.StagedSnapshot("snap-a", 3),
        wants_snapshot=True,
    ),
    "up/heartbeat": m.Heartbeat(
        BOOT,
        17,
        42,
        ROOT,
        m.OutboxRange(7, 99),
        "synced",
        1_795_000_000_123,
        (m.ReaderHealth("lan_a", "entry", is_online=True, is_secure=False),),
    ),
    "up/applied": m.StateApplied(BOOT, 42, ROOT, 1_795_000_000_123, "untrusted"),
    "up/buckets": m.StateBuckets(42, bytes(range(256)) * 8),
    "up/events": m.EventBatch("00112233445566ff", tuple(EVENTS.values())),
    "up/command_result": m.CommandResult("cmd_a", "refused", 1_795_000_000_123, "synced", "lane_busy"),
    "up/diagnostics": m.DiagnosticsPart("cmd_b", 0, 2, b"\x1f\x8b"),
    "down/welcome": m.Welcome(1_795_000_000_123, 42, ROOT, "00112233445566ff", -1),
    "down/heartbeat": m.CloudHeartbeat(1_795_000_000_123, 42, ROOT),
    "down/delta": m.Delta(41, 42, ROOT, tuple(ROWS.values()), ("flag/flg_b",)),
    "down/snapshot": m.SnapshotChunk("snap-a", 42, 1, 3, ROOT, tuple(ROWS.values())),
    "down/repair": m.BucketRepair(41, 42, 1, 2, ROOT, bytes((7, 255)), tuple(ROWS.values())),
    "down/later": m.StateLater(30),
    "down/signing_keys": m.SigningKeys(3, (bytes(range(32)), bytes(range(1, 33)))),
    "down/acked": m.EventsAcked("00112233445566ff", 98, 43),
    "down/event_refused": m.EventRefused("00112233445566ff", 50, "malformed"),
    "down/refused": m.Refused("hello", "busy", 1, 30),
    "down/command": m.Command(
        "cmd_a",
        ROOT,
        "00112233445566ff",
        "lan_a",
        g.ChangeMode("free_passage", 1_795_003_600),
        1_795_000_000_123,
        1_795_000_010_123,
        "stf_a",
    ),
}


def golden_bytes() -> dict[str, dict[str, str]]:
    """What rests in the file: hex by section and name."""
    sections: dict[str, dict[str, str]] = json.loads(GOLDEN_FILE.read_text())
    return sections
