"""Readers that come and go."""

import logging

import pytest

from gateway.domain.access_point import AccessPoint, ReaderKey
from gateway.service.display import DisplaySettings
from gateway.service.ports import ReaderStatus
from gateway.service.reader_feedback import ReaderFeedback, ReaderPlace
from gateway.service.reader_watch import ReaderWatch
from sync_protocol.journal_events import ReaderChanged
from sync_protocol.messages import ReaderHealth
from tests.display_catalogue import display_catalogue
from tests.gate_fakes import FakeBus, FakeJournal

ENTRY = ReaderKey("entry")


class Scene:
    def __init__(self) -> None:
        self.bus, self.journal, self.changes = FakeBus(), FakeJournal(), 0
        places = {ENTRY: ReaderPlace(ENTRY, AccessPoint("lan_a", "in"), DisplaySettings(), self.bus)}
        feedback = ReaderFeedback(places, display_catalogue())
        self.watch = ReaderWatch(places, journal=self.journal, feedback=feedback, on_change=self.count)

    def count(self) -> None:
        self.changes += 1


def test_a_reader_is_offline_until_it_says_otherwise() -> None:
    assert Scene().watch.health == (ReaderHealth("lan_a", "entry", is_online=False, is_secure=False),)


def test_a_reader_that_comes_online_is_recorded_and_invites_the_next_member() -> None:
    scene = Scene()
    scene.watch.handle_status(ReaderStatus(ENTRY, "online", is_secure=True))
    assert scene.watch.health == (ReaderHealth("lan_a", "entry", is_online=True, is_secure=True),)
    assert scene.journal.bodies == [ReaderChanged("lan_a", "entry", "online")]
    assert scene.bus.shown[0][1].lines == ("Present your", "card")
    assert scene.changes == 1


def test_a_lost_reader_is_recorded_with_the_reason_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    scene = Scene()
    scene.watch.handle_status(ReaderStatus(ENTRY, "online", is_secure=True))
    with caplog.at_level(logging.WARNING):
        scene.watch.handle_status(ReaderStatus(ENTRY, "offline", is_secure=False, detail="it stopped answering"))
    assert scene.journal.bodies[-1] == ReaderChanged("lan_a", "entry", "offline", "it stopped answering")
    assert caplog.messages == ["reader entry offline: it stopped answering"]
    assert not scene.watch.health[0].is_online


def test_a_reader_that_was_tampered_with_is_recorded_and_stays_online() -> None:
    scene = Scene()
    scene.watch.handle_status(ReaderStatus(ENTRY, "online", is_secure=True))
    scene.watch.handle_status(ReaderStatus(ENTRY, "tampered", is_secure=True))
    assert scene.journal.bodies[-1] == ReaderChanged("lan_a", "entry", "tampered")
    assert scene.watch.health[0].is_online
