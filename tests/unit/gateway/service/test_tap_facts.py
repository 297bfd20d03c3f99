"""What is known of a tap besides the state: what was spent, who is where, and grants that wait at other lanes."""

from dataclasses import replace

from access_policy.credential import Credential
from access_policy.decide import decide
from access_policy.decision import Reason
from access_policy.entitlement import Entitlement, EntitlementWindow
from access_policy.facts import TapFacts, Whereabouts
from access_policy.gate_view import GateView
from access_policy.zone import Direction, LanePlace, Zone
from gateway.domain.access_point import AccessPoint, ReaderKey
from gateway.domain.lane_inputs import LaneSignal
from gateway.domain.presence import Passage, Presence
from gateway.service.display import DisplaySettings
from gateway.service.gate_report import GateReport
from gateway.service.passage import Grant, LanePassages
from gateway.service.reader_feedback import ReaderFeedback, ReaderPlace
from gateway.service.relay_control import LaneTiming
from gateway.service.tap_facts import TapCircumstances
from tests.display_catalogue import display_catalogue
from tests.fake_clock import FakeClock
from tests.gate_fakes import SITE, FakeBus, FakeJournal, FakeLane, FakeStatus, FakeTimers

GYM = "zon_gym"
ZONE = Zone(GYM, "Gym", passback="hard", occupancy_limit=2)
LANES = ("lan_a", "lan_b")
HERE, THERE = AccessPoint("lan_a", "in"), ReaderKey("entry-b")


class Hall:
    """Two lanes side by side into the same zone."""

    def __init__(self, zone: Zone = ZONE) -> None:
        self.clock, self.journal, self.presence = FakeClock(), FakeJournal(), Presence()
        self.now_s = self.clock.wall_ms() // 1000
        self.site = replace(SITE, zones={GYM: zone}, lanes={one: LanePlace(one, GYM) for one in LANES})
        self.presence.learn_site(self.site)
        self.hardware = {one: FakeLane(one) for one in LANES}
        place = ReaderPlace(THERE, AccessPoint("lan_b", "in"), DisplaySettings(), FakeBus())
        report = GateReport(ReaderFeedback({THERE: place}, display_catalogue()), FakeStatus(), lambda: None)
        self.lanes = {
            one: LanePassages(lane, LaneTiming(), journal=self.journal, timers=FakeTimers(), listener=report)
            for one, lane in self.hardware.items()
        }
        self.circumstances = TapCircumstances(self.lanes, self.clock, self.presence, self.journal)

    def view(self, member_id: str = "anna", visits_left: int | None = None, guests: int = 0) -> GateView:
        window = EntitlementWindow(
            f"ctr_{member_id}", 0, self.now_s * 2, visits_left=visits_left, guests_per_day=guests
        )
        entitlement = Entitlement(member_id, member_id, "en", (window,))
        return GateView(Credential("0f", member_id), entitlement, (), self.site, 7, self.now_s)

    def facts(self, view: GateView, at: AccessPoint = HERE) -> TapFacts:
        return self.circumstances.facts(view, at, "none")

    def reason(self, view: GateView) -> Reason:
        return decide(view, self.facts(view)).reason

    def grant(
        self, member_id: str, *, direction: Direction = "in", is_guest: bool = False, spends: bool = False
    ) -> None:
        """A grant that waits at the other lane."""
        zones = (GYM, "") if direction == "in" else ("", GYM)
        self.lanes["lan_b"].give(
            Grant("tap", THERE, direction, member_id, f"ctr_{member_id}", spends, *zones, is_guest)
        )

    def come(self, member_id: str, *, is_guest: bool = False, is_staff: bool = False) -> None:
        self.presence.observe(Passage(member_id, "lan_a", GYM, "", self.now_s, is_guest, is_staff))


def test_the_facts_say_where_the_member_is_and_who_else_is_inside() -> None:
    hall = Hall()
    hall.come("anna")
    hall.come("anna", is_guest=True)
    hall.come("marco", is_staff=True)
    facts = hall.facts(hall.view())
    assert facts.whereabouts == Whereabouts(GYM, hall.now_s, "lan_a")
    assert (facts.occupancy, facts.guests_today, facts.has_staff_inside) == (3, 1, True)
    assert hall.facts(hall.view(), AccessPoint("lan_a", "out")).occupancy == 0


def test_visits_burnt_here_are_taken_off() -> None:
    hall = Hall()
    hall.journal.spent["ctr_anna"] = 2
    assert hall.facts(hall.view()).visits_spent == {"ctr_anna": 2}


def test_the_last_visit_is_not_granted_twice_while_the_first_grant_waits_at_another_lane() -> None:
    hall = Hall(replace(ZONE, passback="off"))
    view = hall.view(visits_left=1)
    assert hall.reason(view) is Reason.GRANTED
    hall.grant("anna", spends=True)
    assert hall.reason(view) is Reason.NO_VISITS_LEFT


def test_a_grant_that_nobody_took_gives_the_visit_back() -> None:
    hall = Hall(replace(ZONE, passback="off"))
    hall.grant("anna", spends=True)
    hall.hardware["lan_b"].say(LaneSignal.ALARM)
    assert hall.reason(hall.view(visits_left=1)) is Reason.GRANTED


def test_the_last_place_is_not_granted_twice() -> None:
    hall = Hall()
    hall.come("marco")
    hall.grant("boris")
    assert hall.reason(hall.view()) is Reason.ZONE_FULL


def test_whoever_only_changes_lanes_takes_one_place() -> None:
    hall = Hall(replace(ZONE, passback="off", occupancy_limit=1))
    hall.grant("anna")
    assert hall.reason(hall.view()) is Reason.GRANTED


def test_one_card_does_not_let_two_people_in_at_two_lanes() -> None:
    hall = Hall()
    hall.grant("anna")
    assert hall.reason(hall.view()) is Reason.ANTIPASSBACK_VIOLATION


def test_to_change_lanes_is_no_sign_of_a_copied_card() -> None:
    hall = Hall(replace(ZONE, passback="off"))
    view = hall.view()
    hall.grant("anna")
    assert decide(view, hall.facts(view)).signals == ()


def test_a_member_who_has_not_gone_in_yet_does_not_go_in_as_their_own_guest() -> None:
    hall = Hall(replace(ZONE, passback="off"))
    view = hall.view(visits_left=5, guests=1)
    hall.grant("anna", spends=True)
    decision = decide(view, hall.facts(view))
    assert (decision.is_granted, decision.is_guest, decision.spends_visit) == (True, False, True)


def test_whoever_may_go_out_at_another_lane_is_not_outside_yet() -> None:
    hall = Hall()
    hall.come("anna")
    hall.grant("anna", direction="out")
    assert hall.reason(hall.view()) is Reason.ANTIPASSBACK_VIOLATION


def test_a_guest_who_may_come_in_at_another_lane_is_one_of_the_days_guests() -> None:
    hall = Hall(replace(ZONE, occupancy_limit=None))
    hall.come("anna")
    assert hall.reason(hall.view(guests=1)) is Reason.GRANTED
    hall.grant("anna", is_guest=True)
    assert hall.reason(hall.view(guests=1)) is Reason.ANTIPASSBACK_VIOLATION


def test_an_unknown_credential_has_no_whereabouts() -> None:
    hall = Hall()
    facts = hall.facts(GateView(None, None, (), None, 0, None))
    assert (facts.whereabouts, facts.occupancy, facts.visits_spent) == (None, 0, {})
