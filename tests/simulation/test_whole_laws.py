"""Laws that bite: each is told of a world in which it is broken."""

import random
from functools import partial

import pytest
from sqlalchemy import select

from cloud.access_events.models import AccessEvent, BootClock
from cloud.audit.service import Actor
from cloud.desired_state import service as desired_state
from cloud.gate_commands import service as gate_commands
from sync_protocol.gate_commands import OpenOnce
from sync_protocol.journal_events import (
    AccessDecided,
    AccessNotTaken,
    AccessTaken,
    DecisionFacts,
    LaneChanged,
    Outcome,
)
from tests.club import Club, gateway_of, sqlite_club
from tests.gateway_of_the_past import take_over
from tests.simulation.whole.desk import Desk
from tests.simulation.whole.laws.arrival import EventsArriveOnce
from tests.simulation.whole.laws.backlog import BacklogIsHistory
from tests.simulation.whole.laws.barred import BarredIsRefused
from tests.simulation.whole.laws.chain import ChainHolds
from tests.simulation.whole.laws.ledger import Ledger
from tests.simulation.whole.laws.orders import OrdersActOnceAndInTime
from tests.simulation.whole.laws.proof import ShownBlockHolds
from tests.simulation.whole.laws.relay import RelayFollowsGrant
from tests.simulation.whole.laws.replay import DecisionsComeOutTheSame
from tests.simulation.whole.laws.revisions import RevisionsNeverGoBack
from tests.simulation.whole.laws.visits import VisitsAreBurntOnce
from tests.simulation.whole.laws.welcome import MemberIsLetIn
from tests.simulation.whole.machine import BEGINS_AT_S
from tests.simulation.whole.story import BrokenLawError, Story
from tests.simulation.whole.witness import Order


def decided(outcome: Outcome, *, member_id: str | None = None, revision: int = 1) -> AccessDecided:
    return AccessDecided("tap", "lan_a", "in", "entry", "", outcome, "granted", "contract", revision, member_id)


def desk_of(club: Club) -> Desk:
    desk = Desk(club, random.Random(1), Story(lambda: 0.0))
    desk.open()
    return desk


def test_a_relay_that_closes_by_itself_or_on_a_refusal_breaks_the_law() -> None:
    law = RelayFollowsGrant()
    with pytest.raises(BrokenLawError):
        law.relay_closed("gate1", "lan_a", "in")
    law.tap_began("gate1")
    law.relay_closed("gate1", "lan_a", "in")
    with pytest.raises(BrokenLawError):
        law.event_written("gate1", 0, decided("block"))


def test_a_grant_that_waited_for_its_turn_opens_once_and_not_after_its_end() -> None:
    law = RelayFollowsGrant()
    for tap_ends in (True, False):
        law.tap_began("gate1")
        law.event_written("gate1", 0, decided("allow"))
        law.tap_ended("gate1")
        if tap_ends:
            law.event_written("gate1", 1, AccessNotTaken("tap", "lan_a", "in", "mem_a"))
        else:
            law.tap_began("gate1")
            law.event_written("gate1", 1, decided("block"))
            law.tap_ended("gate1")
            law.relay_closed("gate1", "lan_a", "in")
        with pytest.raises(BrokenLawError):
            law.relay_closed("gate1", "lan_a", "in")


def test_a_grant_to_who_is_frozen_and_a_refusal_of_who_may_pass_break_the_law() -> None:
    with sqlite_club() as club:
        desk = desk_of(club)
        good, frozen = desk.people[100], desk.people[107]
        newest = good.history[-1][0]
        barred, welcome = BarredIsRefused(desk), MemberIsLetIn(desk)
        barred.started("gate1", 0, newest)
        with pytest.raises(BrokenLawError):
            barred.event_written("gate1", 0, decided("allow", member_id=frozen.member_id, revision=newest))
        with pytest.raises(BrokenLawError):
            welcome.event_written("gate1", 0, decided("block", member_id=good.member_id, revision=newest))


def test_a_decision_on_less_than_what_is_in_force_breaks_the_law() -> None:
    with sqlite_club() as club:
        law = BarredIsRefused(desk_of(club))
        law.started("gate1", 0, 9)
        with pytest.raises(BrokenLawError, match="9 is in force"):
            law.event_written("gate1", 0, decided("allow", revision=8))


def test_a_revision_that_is_lost_with_the_power_breaks_the_law() -> None:
    law = RevisionsNeverGoBack()
    law.revision_in_force("gate1", 5)
    with pytest.raises(BrokenLawError):
        law.started("gate1", 0, 4)


def test_an_event_that_never_arrives_and_a_visit_that_is_not_counted_break_the_law() -> None:
    with sqlite_club() as club:
        desk, ledger = desk_of(club), Ledger()
        ledger.started("gate1", 0, 0)
        contract_id = next(iter(desk.packs))
        ledger.event_written("gate1", 0, AccessTaken("tap", "lan_a", "in", "mem_a", contract_id, spends_visit=True))
        with pytest.raises(BrokenLawError, match="0 events of gate1, and 1"):
            EventsArriveOnce(ledger, club.database).calm_reached()
        with pytest.raises(BrokenLawError, match="1 visits, 0 counted"):
            VisitsAreBurntOnce(ledger, desk, club.database).calm_reached()


def test_a_decision_that_comes_out_otherwise_and_one_without_facts_break_the_law() -> None:
    for facts, told in ((DecisionFacts("free", 1_795_262_400, is_clock_trusted=True), "differs"), (None, "replayed")):
        with sqlite_club() as club:
            gateway_id = club.add_gateway(club.add_lane())
            with club.database.transaction() as session:
                take_over(session, gateway_of(session, gateway_id), granted_to_nobody(facts))
            with pytest.raises(BrokenLawError, match=told):
                DecisionsComeOutTheSame(club.database).calm_reached()


def granted_to_nobody(facts: DecisionFacts | None) -> AccessDecided:
    return AccessDecided("tap", "lan_a", "in", "entry", "00", "allow", "granted", "contract", 1, "mem_a", facts=facts)


def test_a_tap_without_a_decision_breaks_the_law() -> None:
    with sqlite_club() as club:
        law = EventsArriveOnce(Ledger(), club.database)
        law.tap_began("gate1")
        with pytest.raises(BrokenLawError, match="0 decisions"):
            law.tap_ended("gate1")


def test_an_order_that_acts_twice_late_elsewhere_or_unasked_breaks_the_law() -> None:
    opened = LaneChanged("lan_a", "remote_opened", "anna")
    for gateway, now_s, times, told in (
        ("gate1", 5.0, 2, "twice"),
        ("gate1", 14.0, 1, "opens at 14.0 s"),
        ("gate2", 5.0, 1, "has not asked"),
    ):
        with sqlite_club() as club:
            law = OrdersActOnceAndInTime(partial(float, now_s), club.database)
            law.order_given(Order("anna", "gate1", "lan_a", "in", expires_s=10.0))
            for seq in range(times - 1):
                law.event_written(gateway, seq, opened)
            with pytest.raises(BrokenLawError, match=told):
                law.event_written(gateway, times, opened)


def test_an_order_that_is_said_to_be_done_and_was_not_breaks_the_law() -> None:
    with sqlite_club() as club:
        lane_id = club.add_lane()
        gateway_id = club.add_gateway(lane_id)
        with club.database.transaction() as session:
            command = gate_commands.ask(session, Actor("staff", "anna"), lane_id, OpenOnce("in"), request_id="1")
            command.state = "done"
        law = OrdersActOnceAndInTime(lambda: 0.0, club.database)
        law.order_given(Order("anna", gateway_id, lane_id, "in", expires_s=10.0))
        with pytest.raises(BrokenLawError, match="says done"):
            law.calm_reached()


def test_an_order_from_afar_opens_once_and_only_its_own_way() -> None:
    law = RelayFollowsGrant()
    law.order_given(Order("anna", "gate1", "lan_a", "in", expires_s=10.0))
    law.event_written("gate1", 0, LaneChanged("lan_a", "remote_opened", "anna"))
    with pytest.raises(BrokenLawError):
        law.relay_closed("gate1", "lan_a", "out")
    law.relay_closed("gate1", "lan_a", "in")
    with pytest.raises(BrokenLawError):
        law.relay_closed("gate1", "lan_a", "in")


def test_a_backlog_that_is_taken_for_news_and_news_for_history_break_the_law() -> None:
    for written_s, is_history in ((-3600.0, False), (0.0, True)):
        with sqlite_club() as club:
            gateway_id = club.add_gateway(club.add_lane())
            with club.database.transaction() as session:
                take_over(session, gateway_of(session, gateway_id), decided("block"))
                event = session.scalars(select(AccessEvent)).one()
                event.is_history = is_history
                received_s = event.received_at.timestamp() - BEGINS_AT_S
                session.merge(BootClock(gateway_id=gateway_id, boot_id=event.boot_id, offset_ms=0))
            law = BacklogIsHistory(partial(float, received_s + written_s), club.database)
            law.event_written(gateway_id, event.seq, decided("block"))
            with pytest.raises(BrokenLawError, match="s old and is"):
                law.calm_reached()


def test_a_chain_that_the_cloud_reports_as_broken_breaks_the_law() -> None:
    with sqlite_club() as club:
        gateway_id = club.add_gateway(club.add_lane())
        with club.database.transaction() as session:
            take_over(session, gateway_of(session, gateway_id), decided("block"))
            session.scalars(select(AccessEvent)).one().is_chain_intact = False
        with pytest.raises(BrokenLawError, match="broken at event"):
            ChainHolds(club.database).calm_reached()


def test_a_grant_to_somebody_whose_block_is_shown_in_force_breaks_the_law() -> None:
    with sqlite_club() as club:
        desk = desk_of(club)
        gateway_id = club.add_gateway(club.add_lane())
        person = desk.people[100]
        with club.database.transaction() as session:
            person.blocking.add(club.block(session, person.member_id))
        with club.database.transaction() as session:
            head = desired_state.head(session, club.site_id)
            gateway = gateway_of(session, gateway_id)
            desired_state.record_report(session, gateway, head.revision, head.digest_root, applied_at=session.now)
        person.history.append((head.revision, person.standing))
        law = ShownBlockHolds(desk, club.database)
        with pytest.raises(BrokenLawError, match="is shown in force"):
            law.event_written(gateway_id, 0, decided("allow", member_id=person.member_id, revision=head.revision))
