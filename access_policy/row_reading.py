"""From the rows of the sync contract to what decisions are made of; the only module here that knows the wire."""

from collections.abc import Iterable
from typing import Final
from zoneinfo import ZoneInfo

from access_policy.credential import Credential
from access_policy.entitlement import Booking, Entitlement, EntitlementWindow, TimeSpan
from access_policy.facts import TapFacts, Whereabouts
from access_policy.flags import Flag
from access_policy.gate_view import GateView
from access_policy.schedule import Calendar, DayWindow, Schedule
from access_policy.site_policy import SitePolicy, SiteRules
from access_policy.zone import AccessLevel, Direction, LanePlace, LevelGrant, Zone
from sync_protocol import state_rows as rows
from sync_protocol.journal_events import DecisionFacts

MINUTES_PER_DAY: Final = 1440


def read_policy(policy_rows: Iterable[rows.PolicyRow]) -> SitePolicy | None:
    """The rules of the site; None as long as there is no row of the site.

    Raises:
        zoneinfo.ZoneInfoNotFoundError: the site's time zone is unknown here.
        ValueError: hours, or the hour at which a zone forgets, that no day has.
    """
    site: rows.SiteRow | None = None
    days: dict[int, str] = {}
    zones, lanes, schedules, levels = {}, {}, {}, {}
    for row in policy_rows:
        match row:
            case rows.SiteRow():
                site = row
            case rows.CalendarRow():
                days = {special.day: special.kind for special in row.days}
            case rows.ZoneRow():
                zones[row.zone_id] = _read_zone(row)
            case rows.LaneRow():
                lanes[row.lane_id] = LanePlace(
                    row.lane_id, row.zone_in_id, row.zone_out_id, row.gateway_id, row.device_kind
                )
            case rows.ScheduleRow():
                schedules[row.schedule_id] = _read_schedule(row)
            case _:
                grants = tuple(LevelGrant(grant.zone_id, grant.schedule_id) for grant in row.grants)
                levels[row.level_id] = AccessLevel(row.level_id, row.name, grants)
    if site is None:
        return None
    return SitePolicy(_read_rules(site), Calendar(ZoneInfo(site.time_zone), days), zones, lanes, schedules, levels)


def read_gate_view(state_rows: Iterable[rows.StateRow], credential_hash: str, revision: int) -> GateView:
    """What these rows say about one credential; when the cloud was last heard, they do not know.

    Raises:
        zoneinfo.ZoneInfoNotFoundError: the site's time zone is unknown here.
    """
    policy: list[rows.PolicyRow] = []
    credential: Credential | None = None
    entitlements: dict[str, Entitlement] = {}
    flags: list[Flag] = []
    for row in state_rows:
        match row:
            case rows.CredentialRow():
                credential = read_credential(row) if row.credential_hash == credential_hash else credential
            case rows.EntitlementRow():
                entitlements[row.member_id] = read_entitlement(row)
            case rows.FlagRow():
                flags.append(read_flag(row))
            case _:
                policy.append(row)
    holder = credential.member_id if credential else ""
    theirs = tuple(flag for flag in flags if flag.member_id == holder)
    return GateView(credential, entitlements.get(holder), theirs, read_policy(policy), revision, None)


def read_credential(row: rows.CredentialRow) -> Credential:
    """A card of the state."""
    return Credential(row.credential_hash, row.member_id, row.status, row.pin_hash, row.duress_pin_hash)


def read_entitlement(row: rows.EntitlementRow) -> Entitlement:
    """What a member may do."""
    bookings = tuple(Booking(one.booking_id, one.opens_at, one.closes_at, one.zone_id) for one in row.bookings)
    windows = tuple(_read_window(window) for window in row.windows)
    return Entitlement(row.member_id, row.display_name, row.locale, windows, row.role, bookings, row.forgiven_at)


def read_flag(row: rows.FlagRow) -> Flag:
    """Something to say or to stop at the gate."""
    return Flag(
        flag_id=row.flag_id,
        member_id=row.member_id,
        source=row.source,
        effect=row.effect,
        priority=row.priority,
        device_kinds=row.device_kinds,
        texts=row.texts,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
    )


def record_facts(facts: TapFacts, last_contact_at: int | None) -> DecisionFacts:
    """The facts as they rest in the journal; lane and direction are said by the event itself."""
    place = facts.whereabouts
    return DecisionFacts(
        lane=facts.lane,
        now_s=facts.now_s,
        is_clock_trusted=facts.is_clock_trusted,
        last_contact_at=last_contact_at,
        visits_spent=dict(facts.visits_spent),
        pin=facts.pin,
        was_in_zone=place.zone_id if place else None,
        was_since=place.since if place else 0,
        was_at_lane=place.lane_id if place else "",
        occupancy=facts.occupancy,
        guests_today=facts.guests_today,
        has_staff_inside=facts.has_staff_inside,
    )


def recall_facts(recorded: DecisionFacts, lane_id: str, direction: Direction) -> TapFacts:
    """The facts as they were, to come to the same decision again; the last contact belongs into the `GateView`."""
    is_somewhere = recorded.was_in_zone is not None
    return TapFacts(
        lane_id=lane_id,
        direction=direction,
        lane=recorded.lane,
        now_s=recorded.now_s,
        is_clock_trusted=recorded.is_clock_trusted,
        visits_spent=recorded.visits_spent,
        pin=recorded.pin,
        whereabouts=Whereabouts(recorded.was_in_zone or "", recorded.was_since, recorded.was_at_lane)
        if is_somewhere
        else None,
        occupancy=recorded.occupancy,
        guests_today=recorded.guests_today,
        has_staff_inside=recorded.has_staff_inside,
    )


def _read_rules(row: rows.SiteRow) -> SiteRules:
    return SiteRules(
        row.site_id,
        row.name,
        row.time_zone,
        row.locale,
        row.lease_days,
        row.lease_policy,
        row.clock_policy,
        row.exit_policy,
        row.impossible_travel_s,
        row.texts,
    )


def _read_zone(row: rows.ZoneRow) -> Zone:
    if not 0 <= row.forgive_minute < MINUTES_PER_DAY:
        raise ValueError(f"{row.zone_id}: {row.forgive_minute} is no minute of the day")
    return Zone(
        row.zone_id,
        row.name,
        row.passback,
        row.passback_s,
        row.forgive_minute,
        row.forgiven_at,
        row.occupancy_limit,
        row.needs_pin,
        row.has_first_person_in,
    )


def _read_schedule(row: rows.ScheduleRow) -> Schedule:
    weekly = tuple(_read_windows(day) for day in row.weekly)
    special = {kind: _read_windows(windows) for kind, windows in row.special.items()}
    return Schedule(row.schedule_id, row.name, weekly, special)


def _read_windows(windows: Iterable[rows.DayWindow]) -> tuple[DayWindow, ...]:
    return tuple(_read_day_window(window) for window in windows)


def _read_day_window(row: rows.DayWindow) -> DayWindow:
    begins_on_its_day = 0 <= row.from_minute < MINUTES_PER_DAY
    if not (begins_on_its_day and 0 < row.to_minute - row.from_minute <= MINUTES_PER_DAY):
        raise ValueError(
            f"{row.from_minute} to {row.to_minute} does not begin on its day, or does not last at most a day"
        )
    return DayWindow(row.from_minute, row.to_minute)


def _read_window(window: rows.EntitlementWindow) -> EntitlementWindow:
    freezes = tuple(TimeSpan(freeze.starts_at, freeze.ends_at) for freeze in window.freezes)
    return EntitlementWindow(
        window.contract_id,
        window.starts_at,
        window.ends_at,
        freezes,
        window.visits_left,
        window.level_id,
        window.needs_booking,
        window.guests_per_day,
    )
