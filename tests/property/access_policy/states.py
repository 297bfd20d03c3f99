"""Any state of a small site with one member, and any circumstances of a tap."""

from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from access_policy.credential import Credential
from access_policy.entitlement import Booking, Entitlement, EntitlementWindow, TimeSpan
from access_policy.facts import TapFacts, Whereabouts
from access_policy.flags import Flag
from access_policy.gate_view import GateView
from access_policy.schedule import Calendar, DayWindow, Schedule
from access_policy.site_policy import SitePolicy, SiteRules
from access_policy.zone import AccessLevel, LanePlace, LevelGrant, Zone

NOW = 50_000_000
DAY = 86_400
near = st.integers(NOW - 2 * DAY, NOW + 2 * DAY)
moments = near | st.sampled_from([NOW, NOW + 1, NOW + DAY]) | st.integers(NOW - 100 * DAY, NOW + 100 * DAY)
contract_ids = st.sampled_from(["ctr_a", "ctr_b"])
zone_ids = st.sampled_from(["zon_a", "zon_b"])
spans = st.builds(TimeSpan, moments, moments)
windows = st.builds(
    EntitlementWindow,
    contract_ids,
    st.integers(NOW - 90 * DAY, NOW + DAY),
    st.integers(NOW - DAY, NOW + 90 * DAY),
    st.lists(spans, max_size=2).map(tuple),
    st.none() | st.integers(0, 3),
    st.sampled_from(["", "", "lev_a", "lev_gone"]),
    needs_booking=st.booleans(),
    guests_per_day=st.integers(0, 2),
)
flags = st.builds(
    Flag,
    st.sampled_from(["flg_a", "flg_b", "flg_c"]),
    st.just("mem_a"),
    st.sampled_from(["task", "dues", "certificate", "freeze", "black_list", "manual"]),
    st.sampled_from(["message", "message", "block"]),
    st.integers(0, 2),
    st.sampled_from([(), ("turnstile",), ("locker",)]),
    st.just({}),
    st.none() | moments,
    st.none() | moments,
)
bookings = st.builds(Booking, st.just("bok_a"), near, near, st.sampled_from(["", "zon_a", "zon_b"]))
entitlements = st.builds(
    Entitlement,
    st.just("mem_a"),
    st.just("Anna"),
    st.just("it"),
    st.lists(windows, max_size=3).map(tuple),
    st.sampled_from(["member", "member", "member", "staff", "emergency"]),
    st.lists(bookings, max_size=2).map(tuple),
    st.none() | near,
)
rules = st.builds(
    SiteRules,
    st.just("sit_a"),
    st.just("Club"),
    st.just("Europe/Rome"),
    st.just("it"),
    st.sampled_from([0, 1, 30]),
    st.sampled_from(["refuse", "staff_only", "allow_and_report"]),
    st.sampled_from(["refuse_in_doubt", "staff_only", "ignore_times"]),
    st.sampled_from(["check", "may_leave"]),
    st.sampled_from([0, 10]),
)
minutes = st.integers(0, 1439)
day_windows = st.builds(lambda first, length: DayWindow(first, first + length), minutes, st.integers(1, 1440))
schedules = st.builds(
    Schedule, st.just("sch_a"), st.just("Hours"), st.lists(st.lists(day_windows, max_size=2).map(tuple)).map(tuple)
)
grants = st.builds(LevelGrant, zone_ids, st.sampled_from(["", "sch_a", "sch_gone"]))
levels = st.builds(AccessLevel, st.just("lev_a"), st.just("Gold"), st.lists(grants, max_size=3).map(tuple))
zones = st.builds(
    Zone,
    zone_ids,
    st.just("Zone"),
    st.sampled_from(["off", "soft", "hard"]),
    st.none() | st.sampled_from([60, 3_600]),
    minutes,
    st.none() | near,
    st.none() | st.integers(0, 3),
    needs_pin=st.booleans(),
    has_first_person_in=st.booleans(),
)
places = st.builds(
    LanePlace, st.just("lan_a"), st.sampled_from(["", "zon_a", "zon_b"]), st.sampled_from(["", "zon_a", "zon_b"])
)


@st.composite
def policies(draw: st.DrawFn) -> SitePolicy:
    return SitePolicy(
        draw(rules),
        Calendar(ZoneInfo("Europe/Rome")),
        {zone.zone_id: zone for zone in draw(st.lists(zones, max_size=2))},
        {"lan_a": draw(places)},
        {"sch_a": draw(schedules)},
        {"lev_a": draw(levels)},
    )


credentials = st.builds(
    Credential, st.just("00"), st.just("mem_a"), st.sampled_from(["active", "active", "active", "lost", "revoked"])
)
likely = st.integers(0, 19).map(bool)
views = st.builds(
    GateView,
    likely.flatmap(lambda is_known: credentials if is_known else st.none()),
    likely.flatmap(lambda is_known: entitlements if is_known else st.none()),
    st.lists(flags, max_size=3, unique_by=lambda flag: flag.flag_id).map(tuple),
    likely.flatmap(lambda is_known: policies() if is_known else st.none()),
    st.just(1),
    likely.flatmap(lambda was_heard: st.integers(NOW - 40 * DAY, NOW) if was_heard else st.none()),
)
whereabouts = st.builds(
    Whereabouts,
    st.sampled_from(["", "zon_a", "zon_b"]),
    st.integers(NOW - 200, NOW + 50) | near,
    st.sampled_from(["lan_a", "lan_b"]),
)
circumstances = st.builds(
    TapFacts,
    st.sampled_from(["lan_a", "lan_a", "lan_unplaced"]),
    st.sampled_from(["in", "in", "out"]),
    st.sampled_from(["free", "free", "free", "busy", "not_ready", "locked", "lockdown"]),
    st.just(NOW),
    st.booleans(),
    st.dictionaries(contract_ids, st.integers(0, 3)),
    st.sampled_from(["none", "none", "right", "wrong", "duress", "held_off"]),
    st.none() | whereabouts,
    st.integers(0, 4),
    st.integers(0, 2),
    st.booleans(),
)
