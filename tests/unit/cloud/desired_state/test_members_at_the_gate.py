"""What staff note about a member is what the gate decides by, also later and without another word."""

from datetime import UTC, date, datetime

import pytest

from access_policy.decision import Decision, Reason
from access_policy.facts import PinEntry
from access_policy.schedule import DayWindow
from cloud.access_rules import levels, schedules, zones
from cloud.access_rules.schedules import Hours
from cloud.bookings import service as bookings
from cloud.contracts import service as contracts
from cloud.credentials import pins
from cloud.credentials import service as credentials
from cloud.credentials.service import CardSpec
from cloud.database import UnitOfWork
from cloud.errors import CloudError, ConflictError
from cloud.members import service as members
from cloud.members import standing
from cloud.members.service import MemberDetails
from cloud.sites import service as sites
from cloud.sites.policy import SiteRules
from sync_protocol.state_rows import CredentialRow, EntitlementRow, FlagRow
from tests.club import SECRET, Club
from tests.unit.cloud.desired_state.gate_eyes import card_row, decide_at, rows_of

CARD = "wiegand26:1:12345"


class Gate:
    """A lane of the club, and one member with a card and a contract from 2026 to the end of next year."""

    def __init__(self, club: Club, session: UnitOfWork) -> None:
        self.club, self.session = club, session
        self.lane_id = sites.create_lane(session, club.actor, club.site_id, "Lane 1").id
        self.member_id = club.add_member(session, card=12345)
        self.contract_id = club.add_contract(session, self.member_id, ends_on=date(session.now.year + 1, 12, 31))

    def says(self, local_time: str, *, pin: PinEntry = "none") -> Decision:
        return decide_at(self.session, self.club.site_id, CARD, local_time, lane_id=self.lane_id, pin=pin)

    def asks_for_certificates(self, **rules: object) -> None:
        sites.change_rules(self.session, self.club.actor, self.club.site_id, {"certificate_required": True, **rules})

    def zone_id(self) -> str:
        return zones.list_of_site(self.session, self.club.site_id)[0].id


def test_a_member_whose_certificate_expires_today_passes_until_midnight(club: Club) -> None:
    with club.database.transaction() as session:
        gate = Gate(club, session)
        gate.asks_for_certificates(certificate_warn_days=7)
        standing.set_certificate(session, club.actor, gate.member_id, date(2027, 3, 31))
        assert gate.says("2027-03-24 12:00").outcome == "allow"
        assert gate.says("2027-03-25 00:00").outcome == "message"
        assert gate.says("2027-03-31 23:59:59").outcome == "message"
        assert gate.says("2027-04-01 00:00").reason is Reason.CERTIFICATE_MISSING


def test_without_a_certificate_nobody_passes_where_one_is_asked_for(club: Club) -> None:
    with club.database.transaction() as session:
        gate = Gate(club, session)
        assert gate.says("2026-12-01 12:00").is_granted
        gate.asks_for_certificates()
        assert gate.says("2026-12-01 12:00").reason is Reason.CERTIFICATE_MISSING
        standing.set_role(session, club.actor, gate.member_id, "staff")
        assert gate.says("2026-12-01 12:00").is_granted


def test_a_site_that_does_not_remind_only_stops(club: Club) -> None:
    with club.database.transaction() as session:
        gate = Gate(club, session)
        gate.asks_for_certificates(certificate_warn_days=0)
        standing.set_certificate(session, club.actor, gate.member_id, date(2027, 3, 31))
        assert gate.says("2027-03-31 12:00").outcome == "allow"


def test_the_black_list_beats_every_flag_and_its_reason_stays_at_home(club: Club) -> None:
    with club.database.transaction() as session:
        gate = Gate(club, session)
        standing.black_list(session, club.actor, gate.member_id, "Stole a towel")
        decision = gate.says("2026-12-01 12:00")
        assert decision.reason is Reason.BLACK_LISTED
        assert "towel" not in repr(rows_of(session, club.site_id))
        with pytest.raises(ConflictError):
            standing.black_list(session, club.actor, gate.member_id, "Again")
        standing.take_off_black_list(session, club.actor, gate.member_id)
        assert gate.says("2026-12-01 12:00").is_granted
        with pytest.raises(ConflictError):
            standing.take_off_black_list(session, club.actor, gate.member_id)


def test_an_off_peak_contract_opens_in_its_hours_alone(club: Club) -> None:
    with club.database.transaction() as session:
        gate = Gate(club, session)
        weekday = (DayWindow(9 * 60, 16 * 60),)
        weekly = [weekday] * 5 + [(), ()]
        hours = schedules.create(session, club.actor, club.site_id, "Off-peak", Hours(weekly=weekly))
        level = levels.create(session, club.actor, club.site_id, "Off-peak", {gate.zone_id(): hours.id})
        contracts.change(session, club.actor, gate.contract_id, {"level_id": level.id})
        assert gate.says("2026-12-01 15:59:59").is_granted
        assert gate.says("2026-12-01 16:00").reason is Reason.NOT_PERMITTED_AT_THIS_TIME
        assert gate.says("2026-12-05 12:00").reason is Reason.NOT_PERMITTED_AT_THIS_TIME
        with pytest.raises(ConflictError, match="Year"):
            levels.delete(session, club.actor, level.id)


def test_a_contract_cannot_name_the_level_of_another_club(club: Club) -> None:
    with club.database.transaction() as session:
        gate = Gate(club, session)
        other = sites.create_site(session, club.actor, SiteRules("Other", "UTC"), SECRET)
        level = levels.create(session, club.actor, other.id, "All", {})
        with pytest.raises(CloudError, match="level"):
            contracts.change(session, club.actor, gate.contract_id, {"level_id": level.id})


def test_a_contract_with_booking_opens_around_the_session_alone(club: Club) -> None:
    with club.database.transaction() as session:
        gate = Gate(club, session)
        contracts.change(session, club.actor, gate.contract_id, {"needs_booking": True})
        day = datetime(session.now.year + 1, 1, 10, 17, 0, tzinfo=UTC)
        booking_id = club.book(session, gate.member_id, day)
        at = f"{day.year}-01-10"
        assert gate.says(f"{at} 17:29").reason is Reason.NO_BOOKING
        assert gate.says(f"{at} 17:30").is_granted
        assert gate.says(f"{at} 19:14").is_granted
        assert gate.says(f"{at} 19:15").reason is Reason.NO_BOOKING
        sites.change_rules(session, club.actor, club.site_id, {"booking_minutes_before": 60})
        assert gate.says(f"{at} 17:00").is_granted
        bookings.cancel(session, club.actor, booking_id)
        assert gate.says(f"{at} 17:30").reason is Reason.NO_BOOKING
        with pytest.raises(ConflictError):
            bookings.cancel(session, club.actor, booking_id)


def test_a_pin_is_projected_as_a_hash_and_never_written_down(club: Club) -> None:
    with club.database.transaction() as session:
        gate = Gate(club, session)
        (card,) = credentials.list_of_members(session, [gate.member_id])
        pins.set_pin(session, club.actor, card.id, "4071", duress_pin="4072")
        gate.says("2026-12-01 12:00")
        row = card_row(session, club.site_id, CARD)
        assert row is not None
        assert len(row.pin_hash) == len(row.duress_pin_hash) == 32
        assert row.pin_hash != row.duress_pin_hash
        assert "4071" not in repr(rows_of(session, club.site_id))
        pins.clear_pin(session, club.actor, card.id)
        gate.says("2026-12-01 12:00")
        cleared = card_row(session, club.site_id, CARD)
        assert cleared is not None
        assert cleared.pin_hash == ""


@pytest.mark.parametrize(("pin", "duress"), [("123", None), ("123456789", None), ("12a4", None), ("1234", "1234")])
def test_a_pin_has_four_to_eight_digits_and_the_other_one_differs(club: Club, pin: str, duress: str | None) -> None:
    with club.database.transaction() as session:
        gate = Gate(club, session)
        (card,) = credentials.list_of_members(session, [gate.member_id])
        with pytest.raises(CloudError):
            pins.set_pin(session, club.actor, card.id, pin, duress_pin=duress)


def test_forgiveness_reaches_the_gate_with_its_moment(club: Club) -> None:
    with club.database.transaction() as session:
        gate = Gate(club, session)
        standing.forgive(session, club.actor, gate.member_id)
        gate.says("2026-12-01 12:00")
        (row,) = [row for row in rows_of(session, club.site_id) if isinstance(row, EntitlementRow)]
        assert row.forgiven_at == int(session.now.timestamp())


class TwoClubs(Gate):
    """The member may use a second club, too."""

    def __init__(self, club: Club, session: UnitOfWork) -> None:
        super().__init__(club, session)
        self.other_id = sites.create_site(session, club.actor, SiteRules("Other", "Europe/Rome"), SECRET).id
        self.other_lane_id = sites.create_lane(session, club.actor, self.other_id, "Lane 1").id
        standing.set_other_sites(session, club.actor, self.member_id, [self.other_id])

    def other_says(self, local_time: str) -> Decision:
        return decide_at(self.session, self.other_id, CARD, local_time, lane_id=self.other_lane_id)


def test_a_member_of_two_clubs_passes_at_both_and_is_stopped_at_both(club: Club) -> None:
    with club.database.transaction() as session:
        gate = TwoClubs(club, session)
        assert gate.says("2026-12-01 12:00").is_granted
        assert gate.other_says("2026-12-01 12:00").is_granted
        club.block(session, gate.member_id)
        assert not gate.says("2026-12-01 12:00").is_granted
        assert not gate.other_says("2026-12-01 12:00").is_granted


def test_a_visit_at_either_club_burns_the_credit_at_both(club: Club) -> None:
    with club.database.transaction() as session:
        gate = TwoClubs(club, session)
        contracts.change(session, club.actor, gate.contract_id, {"visits_total": 1})
        assert contracts.is_of_site(session, gate.contract_id, gate.other_id)
        contracts.count_visit(session, gate.contract_id)
        assert gate.says("2026-12-01 12:00").reason is Reason.NO_VISITS_LEFT
        assert gate.other_says("2026-12-01 12:00").reason is Reason.NO_VISITS_LEFT


def test_whoever_leaves_a_club_is_unknown_there(club: Club) -> None:
    with club.database.transaction() as session:
        gate = TwoClubs(club, session)
        gate.other_says("2026-12-01 12:00")
        standing.set_other_sites(session, club.actor, gate.member_id, [])
        assert gate.other_says("2026-12-01 12:00").reason is Reason.CREDENTIAL_NOT_FOUND
        personal = (CredentialRow, EntitlementRow, FlagRow)
        assert not [row for row in rows_of(session, gate.other_id) if isinstance(row, personal)]
        assert gate.says("2026-12-01 12:00").is_granted


def test_two_members_never_have_one_card_at_the_same_club(club: Club) -> None:
    with club.database.transaction() as session:
        gate = TwoClubs(club, session)
        there = members.create(session, club.actor, MemberDetails(site_id=gate.other_id, first_name="Ugo"))
        with pytest.raises(ConflictError):
            credentials.issue(session, club.actor, there.id, CardSpec(card_number=12345))
        standing.set_other_sites(session, club.actor, gate.member_id, [])
        credentials.issue(session, club.actor, there.id, CardSpec(card_number=12345))
        with pytest.raises(ConflictError, match="Somebody else"):
            standing.set_other_sites(session, club.actor, gate.member_id, [gate.other_id])


def test_the_home_club_is_no_other_club(club: Club) -> None:
    with club.database.transaction() as session:
        gate = Gate(club, session)
        with pytest.raises(CloudError, match="home"):
            standing.set_other_sites(session, club.actor, gate.member_id, [club.site_id])
