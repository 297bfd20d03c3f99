"""What holds for a whole site reaches the gates as rows: only those that changed, and nobody's but the site's."""

from datetime import UTC, date, datetime

from sqlalchemy import select, update

from access_policy.row_reading import read_policy
from access_policy.schedule import DayWindow, is_open
from access_policy.zone import LanePlace, LevelGrant
from cloud.access_rules import levels, policy, schedules, special_days, zones
from cloud.access_rules.models import SpecialDay
from cloud.access_rules.schedules import Hours
from cloud.access_rules.special_days import SpecialDayDetails
from cloud.access_rules.zones import ZoneDetails
from cloud.desired_state import service
from cloud.desired_state.models import DesiredRow, StateHead
from cloud.desired_state.policy_rows import calendar_row, level_row, schedule_row, site_row
from cloud.sites import service as sites
from cloud.sites.policy import REFUSALS
from sync_protocol.state_rows import EntitlementRow, LaneRow, ScheduleRow, StateRow, encode_row, parse_row
from tests.club import Club, gateway_of
from tests.unit.cloud.desired_state.test_projection import state_of

DAY = [[DayWindow(360, 1320)]] * 7


def add_schedule(club: Club, name: str = "Day") -> str:
    with club.database.transaction() as session:
        return schedules.create(session, club.actor, club.site_id, name, Hours(weekly=DAY)).id


def keys_of_head(club: Club) -> list[str]:
    """The keys of the rows that the newest revision has written."""
    with club.database.session() as session:
        head = service.head(session, club.site_id).revision
        return list(session.scalars(select(DesiredRow.key).where(DesiredRow.revision == head).order_by(DesiredRow.key)))


def standing(club: Club) -> list[StateRow]:
    with club.database.session() as session:
        return state_of(session, club.site_id)


def test_a_schedule_edited_is_one_row_whoever_else_is_there(club: Club) -> None:
    with club.database.transaction() as session:
        for number in range(200):
            club.add_member(session, f"Member {number}", card=number + 1)
    schedule_id = add_schedule(club)
    with club.database.transaction() as session:
        before = service.head(session, club.site_id).revision
        schedules.change(session, club.actor, schedule_id, special={"holiday": []})
    assert keys_of_head(club) == [f"schedule/{schedule_id}"]
    with club.database.session() as session:
        delta = service.delta_since(session, club.site_id, before)
    assert delta is not None
    (row,) = delta.upserts
    assert isinstance(row, ScheduleRow)
    assert row.special == {"holiday": ()}


def test_what_is_deleted_vanishes_from_the_gates(club: Club) -> None:
    schedule_id = add_schedule(club)
    with club.database.transaction() as session:
        schedules.delete(session, club.actor, schedule_id)
    with club.database.session() as session:
        head = service.head(session, club.site_id).revision
        delta = service.delta_since(session, club.site_id, head - 1)
    assert delta is not None
    assert (delta.upserts, delta.deletes) == ((), (f"schedule/{schedule_id}",))
    assert not any(isinstance(row, ScheduleRow) for row in standing(club))


def test_a_new_lane_is_known_at_the_gates_with_its_place(club: Club) -> None:
    lane_id = club.add_lane()
    assert keys_of_head(club) == [f"lane/{lane_id}"]


def test_a_members_change_leaves_the_sites_rows_alone(club: Club) -> None:
    add_schedule(club)
    with club.database.transaction() as session:
        member_id = club.add_member(session)
    assert keys_of_head(club) == [f"entitlement/{member_id}"]


def test_the_rows_are_the_policy_by_which_gates_decide(club: Club) -> None:
    lane_id = club.add_lane()
    with club.database.transaction() as session:
        spa = zones.create(session, club.actor, club.site_id, ZoneDetails(name="Spa", passback="hard", needs_pin=True))
        hours = Hours(weekly=DAY, special={"Holiday": [DayWindow(600, 720)]})
        schedule = schedules.create(session, club.actor, club.site_id, "Day", hours)
        level = levels.create(session, club.actor, club.site_id, "All", {spa.id: schedule.id})
        christmas = SpecialDayDetails(day=date(2026, 12, 25), kind="holiday", name="Christmas")
        special_days.create(session, club.actor, club.site_id, christmas)
        zones.place_lane(session, club.actor, lane_id, zone_in_id=spa.id, zone_out_id=None, device_kind="door")
        zones.forgive(session, club.actor, spa.id)
        rules = {"lease_policy": "staff_only", "refusal_texts": {"zone_full": {"it": "Sala piena"}}}
        sites.change_rules(session, club.actor, club.site_id, rules)
    read = read_policy(row for row in standing(club) if not isinstance(row, EntitlementRow))  # type: ignore[misc]
    assert read is not None
    assert (read.rules.lease_policy, read.rules.texts) == ("staff_only", {"zone_full": {"it": "Sala piena"}})
    assert read.lanes[lane_id] == LanePlace(lane_id, spa.id, device_kind="door")
    assert read.levels[level.id].grants == (LevelGrant(spa.id, schedule.id),)
    zone = read.zones[spa.id]
    assert (zone.passback, zone.needs_pin, zone.forgiven_at is not None) == ("hard", True, True)
    at = [datetime(2026, 12, day, hour, tzinfo=UTC).timestamp() for day in (24, 25) for hour in (9, 11)]
    opened = [is_open(read.schedules[schedule.id], read.calendar, int(moment)) for moment in at]
    assert opened == [True, True, True, False]


def test_rows_of_an_older_program_are_made_anew_once(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
    with club.database.transaction() as session:
        session.execute(update(StateHead).values(rows_version=0))
        row = session.get_one(DesiredRow, (club.site_id, f"entitlement/{member_id}"))
        row.body = encode_row(EntitlementRow(member_id, "As it was", "en"))
    service.renew_rows(club.database)
    assert keys_of_head(club) == [f"entitlement/{member_id}"]
    with club.database.session() as session:
        revision = service.head(session, club.site_id).revision
    service.renew_rows(club.database)
    with club.database.session() as session:
        assert service.head(session, club.site_id).revision == revision


def test_the_largest_rows_fit_a_message(club: Club) -> None:
    """The bounds of access rules are chosen so."""
    wide = "\U0001f3cb"
    windows = [DayWindow(1000 + number * 2, 1001 + number * 2) for number in range(policy.WINDOWS_MAX)]
    kinds = {f"{number:02d}".ljust(policy.KIND_CHARACTERS_MAX, wide): windows for number in range(policy.KINDS_MAX)}
    texts = {str(reason): dict.fromkeys(("en", "it", "ru"), wide * 80) for reason in REFUSALS}
    with club.database.transaction() as session:
        name = wide * policy.NAME_CHARACTERS_MAX
        schedule = schedules.create(session, club.actor, club.site_id, name, Hours(weekly=[windows] * 7, special=kinds))
        rooms = [
            zones.create(session, club.actor, club.site_id, ZoneDetails(name=f"Zone {number}"))
            for number in range(policy.ZONES_MAX - 1)
        ]
        level = levels.create(session, club.actor, club.site_id, name, {zone.id: schedule.id for zone in rooms})
        site = sites.change_rules(session, club.actor, club.site_id, {"refusal_texts": texts})
        days = [
            SpecialDay(
                id=str(number),
                site_id=club.site_id,
                day=date(2026, 1, 1),
                kind=wide * policy.KIND_CHARACTERS_MAX,
                name="",
            )
            for number in range(policy.SPECIAL_DAYS_MAX)
        ]
        rows: list[StateRow] = [
            schedule_row(schedule),
            level_row(level),
            site_row(site),
            calendar_row(club.site_id, days),
        ]
    sizes = [len(encode_row(row)) for row in rows]
    assert all(parse_row(encode_row(row)) == row for row in rows)
    assert max(sizes) <= service.PAYLOAD_BYTES, sizes


def test_each_lane_names_the_gateway_in_service_there(club: Club) -> None:
    lane_id = club.add_lane()
    first = club.add_gateway(lane_id)
    named = [lanes_of(club)[lane_id]]
    second = club.add_gateway(lane_id)
    named.append(lanes_of(club)[lane_id])
    with club.database.transaction() as session:
        sites.retire_gateway(session, gateway_of(session, second))
    named.append(lanes_of(club)[lane_id])
    assert named == [first, second, ""]


def lanes_of(club: Club) -> dict[str, str]:
    return {row.lane_id: row.gateway_id for row in standing(club) if isinstance(row, LaneRow)}
