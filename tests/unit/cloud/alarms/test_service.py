"""Alarms: raised by what gateways signal, kept until somebody has acknowledged them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from cloud.access_events.models import AccessEvent
from cloud.alarms import handlers, service
from cloud.alarms.keeping import prune_some
from cloud.alarms.models import Alarm
from cloud.alarms.service import Scene
from cloud.audit.models import AuditEntry
from cloud.domain_events import CopySuspected
from cloud.errors import ConflictError, InvalidError, NotFoundError
from cloud.kit.clock import utc_now
from sync_protocol.journal_events import AccessDecided, EventBody, LaneChanged
from tests.club import Club
from tests.unit.cloud.access_events.test_journal import Journal, send


@pytest.fixture
def scene(club: Club) -> Scene:
    lane_id = club.add_lane()
    return Scene(club.site_id, club.add_gateway(lane_id), lane_id, "mem_1", utc_now())


def decided(lane_id: str, *signals: str) -> AccessDecided:
    where = ("tap1", lane_id, "in", "entry", "00" * 16, "allow", "granted", "contract", 3)
    return AccessDecided(*where, member_id="mem_1", signals=signals)  # type: ignore[arg-type]


def send_all(club: Club, scene: Scene, source: Journal, *bodies: EventBody) -> None:
    for body in bodies:
        source.write(body)
    send(club, scene.gateway_id, source.events)


def test_what_a_gateway_signals_becomes_an_alarm_with_its_decision(club: Club, scene: Scene) -> None:
    source = Journal()
    source.write(decided(scene.lane_id))
    source.write(decided(scene.lane_id, "duress", "lost_credential"))
    send(club, scene.gateway_id, source.events)
    send(club, scene.gateway_id, source.events)
    with club.database.session() as session:
        found = service.find_page(session, limit=9).items
        assert {alarm.kind for alarm in found} == {"duress", "lost_credential"}
        assert len(found) == 2, "the batch came twice"
        newest = session.scalar(select(AccessEvent.id).order_by(AccessEvent.id.desc()).limit(1))
        assert {alarm.event_id for alarm in found} == {newest}
        assert not any(alarm.is_history for alarm in found)


def test_what_is_heard_of_hours_later_is_history(club: Club, scene: Scene) -> None:
    source = Journal(booted_at=utc_now() - timedelta(hours=3))
    source.write(decided(scene.lane_id, "emergency"))
    send(club, scene.gateway_id, source.events)
    with club.database.session() as session:
        (alarm,) = service.find_page(session, limit=9).items
        assert (alarm.is_history, alarm.member_id) == (True, "mem_1")
        assert service.count_urgent(session) == 0, "nobody is called"


def test_signals_that_nobody_here_knows_are_kept_and_nonsense_is_bounded(club: Club, scene: Scene) -> None:
    source = Journal()
    source.write(decided(scene.lane_id, "of_tomorrow", "x" * 40, *(f"kind{number}" for number in range(40))))
    send(club, scene.gateway_id, source.events)
    with club.database.session() as session:
        kinds = {alarm.kind for alarm in service.find_page(session, limit=99).items}
        assert "of_tomorrow" in kinds
        assert len(kinds) == service.KINDS_MAX


def test_an_alarm_is_acknowledged_once_by_name_and_on_record(club: Club, scene: Scene) -> None:
    with club.database.transaction() as session:
        service.sound(session, scene, ["duress"])
        (alarm,) = service.find_page(session, is_open=True, limit=9).items
        service.acknowledge(session, club.actor, alarm.id)
        assert (alarm.acknowledged_by, alarm.acknowledged_at) == (club.actor.id, session.now)
        assert not service.find_page(session, is_open=True, limit=9).items
        assert service.find_page(session, is_open=False, limit=9).items
        with pytest.raises(ConflictError):
            service.acknowledge(session, club.actor, alarm.id)
        with pytest.raises(NotFoundError):
            service.acknowledge(session, club.actor, "alm_none")
    with club.database.session() as session:
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()
        assert (entry.action, entry.entity_id) == ("alarm.acknowledge", alarm.id)


def test_all_that_somebody_has_seen_is_acknowledged_and_nothing_newer(club: Club, scene: Scene) -> None:
    with club.database.transaction() as session:
        service.sound(session, scene, ["passback"])
        service.sound(session, scene, ["lease_expired"])
        seen = service.newest_id(session)
    with club.database.transaction() as session:
        service.sound(session, scene, ["duress"])
        assert service.acknowledge_up_to(session, club.actor, seen) == 2
        assert service.acknowledge_up_to(session, club.actor, seen) == 0
        assert service.count_urgent(session) == 1


def test_alarms_come_in_pages_and_by_member(club: Club, scene: Scene) -> None:
    with club.database.transaction() as session:
        service.sound(session, scene, ["duress", "passback", "emergency"])
        first = service.find_page(session, member_id="mem_1", limit=2)
        second = service.find_page(session, member_id="mem_1", after=first.next, limit=2)
        assert len({alarm.id for alarm in (*first.items, *second.items)}) == 3
        assert second.next is None
        assert not service.find_page(session, member_id="mem_2", limit=2).items
        with pytest.raises(InvalidError):
            service.find_page(session, after="nonsense", limit=2)


@pytest.mark.parametrize("state", ["forced", "tailgating", "jam", "held", "alarm", "fire"])
def test_what_somebody_has_to_look_at_at_a_lane_calls_staff_once(club: Club, scene: Scene, state: str) -> None:
    source = Journal()
    send_all(club, scene, source, *[LaneChanged(scene.lane_id, state)] * 3)
    with club.database.session() as session:
        (alarm,) = service.find_page(session, limit=9).items
        assert (alarm.kind, alarm.lane_id, alarm.member_id, alarm.event_id) == (state, scene.lane_id, None, None)
        assert service.count_urgent(session) == 1


@pytest.mark.parametrize("state", ["wrong_direction", "cleared", "ready", "exit_requested", "remote_opened", "fault"])
def test_what_happens_every_day_at_a_lane_calls_nobody(club: Club, scene: Scene, state: str) -> None:
    send_all(club, scene, Journal(), LaneChanged(scene.lane_id, state))
    with club.database.session() as session:
        assert not service.find_page(session, limit=9).items


def test_a_lane_calls_again_once_somebody_has_been_there_or_some_time_has_gone(club: Club, scene: Scene) -> None:
    scene = replace(scene, member_id=None)
    later = scene.at + service.SAME_WITHIN + timedelta(seconds=1)
    with club.database.transaction() as session:
        for _ in range(2):
            service.sound_lane(session, scene, "forced")
            service.sound_lane(session, scene, "jam")
            service.sound_lane(session, replace(scene, lane_id="lan_other"), "forced")
            service.sound_lane(session, replace(scene, at=later), "forced")
        assert service.count_urgent(session) == 4
        service.acknowledge_up_to(session, club.actor, service.newest_id(session))
        service.sound_lane(session, scene, "forced")
        assert service.count_urgent(session) == 1


def test_alarms_are_forgotten_long_after_they_were_acknowledged_and_open_ones_are_not(club: Club, scene: Scene) -> None:
    with club.database.transaction() as session:
        service.sound(session, scene, ["duress"])
        service.acknowledge_up_to(session, club.actor, service.newest_id(session))
        service.sound(session, scene, ["passback"])
    assert not prune_some(club.database)
    with club.database.transaction() as session:
        assert len(service.find_page(session, limit=9).items) == 2
        long_ago = session.now - service.KEPT_FOR - timedelta(seconds=1)
        session.execute(update(Alarm).where(Alarm.kind == "duress").values(acknowledged_at=long_ago))
        session.execute(update(Alarm).where(Alarm.kind == "passback").values(heard_at=long_ago))
    assert not prune_some(club.database)
    with club.database.session() as session:
        assert [alarm.kind for alarm in service.find_page(session, limit=9).items] == ["passback"]


def test_of_too_many_alarms_the_oldest_go(club: Club, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "KEPT_MAX", 2)
    monkeypatch.setattr(service, "PRUNED_AT_ONCE", 1)
    with club.database.transaction() as session:
        service.sound(session, scene, ["duress", "passback", "emergency", "lost_credential"])
        newest = [alarm.id for alarm in service.find_page(session, limit=2).items]
    assert [prune_some(club.database) for _ in range(3)] == [True, True, False]
    with club.database.session() as session:
        assert [alarm.id for alarm in service.find_page(session, limit=9).items] == newest


def test_a_copied_card_is_one_alarm_whether_gateway_or_cloud_has_noticed_it(club: Club, scene: Scene) -> None:
    with club.database.transaction() as session:
        for minutes in (0, 1, 5):
            at = scene.at + timedelta(minutes=minutes)
            event = CopySuspected(scene.site_id, scene.gateway_id, scene.lane_id, "mem_1", at)
            handlers.sound_copy(session, event)
        handlers.sound_copy(session, replace(event, member_id="mem_2"))
    with club.database.session() as session:
        found = service.find_page(session, limit=9).items
        assert [alarm.member_id for alarm in found].count("mem_1") == 2
        assert len(found) == 3


def test_a_copied_card_calls_anew_once_the_first_alarm_was_acknowledged(club: Club, scene: Scene) -> None:
    with club.database.transaction() as session:
        event = CopySuspected(scene.site_id, scene.gateway_id, scene.lane_id, "mem_1", scene.at)
        handlers.sound_copy(session, event)
        service.acknowledge_up_to(session, club.actor, service.newest_id(session))
        acknowledged_at = session.now
        handlers.sound_copy(session, replace(event, at=scene.at - timedelta(seconds=1)))
        assert service.count_urgent(session) == 0, "it had happened before somebody took care of it"
        for _ in range(2):
            handlers.sound_copy(session, replace(event, at=acknowledged_at + timedelta(seconds=1)))
        assert service.count_urgent(session) == 1
