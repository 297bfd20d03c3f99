"""Readers that come and go."""

import logging

import pytest

from gateway.domain.access_point import AccessPoint, ReaderKey
from gateway.domain.feedback import ReaderAbilities
from gateway.service.change_budget import CHANGES_MAX, WINDOW_S
from gateway.service.display import DisplaySettings
from gateway.service.ports import ReaderStatus
from gateway.service.reader_feedback import ReaderFeedback, ReaderPlace
from gateway.service.reader_watch import ReaderWatch
from gateway.service.status_records import AbilitiesReport, ReaderReport
from sync_protocol.journal_events import ReaderChanged
from sync_protocol.messages import ReaderHealth
from tests.display_catalogue import display_catalogue
from tests.gate_fakes import FakeBus, FakeJournal, FakeTimers

ENTRY = ReaderKey("entry")


class Scene:
    def __init__(self) -> None:
        self.bus, self.journal, self.changes, self.timers = FakeBus(), FakeJournal(), 0, FakeTimers()
        places = {ENTRY: ReaderPlace(ENTRY, AccessPoint("lan_a", "in"), DisplaySettings(), self.bus)}
        feedback = ReaderFeedback(places, display_catalogue())
        self.watch = ReaderWatch(
            places, journal=self.journal, feedback=feedback, timers=self.timers, on_change=self.count
        )

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


def test_what_a_reader_says_of_itself_is_in_its_report_until_it_goes_offline() -> None:
    scene = Scene()
    shows = ReaderAbilities("bicolour", has_buzzer=True, line_count=2, column_count=16)
    scene.watch.handle_status(ReaderStatus(ENTRY, "online", is_secure=True, abilities=shows))
    scene.watch.handle_status(ReaderStatus(ENTRY, "tampered"))
    scene.watch.handle_status(ReaderStatus(ENTRY, "power_failing"))
    (report,) = scene.watch.reports
    assert (report.is_tampered, report.is_power_failing) == (True, True)
    assert report.shows == AbilitiesReport("bicolour", has_buzzer=True, text_lines=2, text_columns=16)
    scene.watch.handle_status(ReaderStatus(ENTRY, "restored"))
    scene.watch.handle_status(ReaderStatus(ENTRY, "power_restored"))
    assert (scene.watch.reports[0].is_tampered, scene.watch.reports[0].is_power_failing) == (False, False)
    scene.watch.handle_status(ReaderStatus(ENTRY, "tampered"))
    scene.watch.handle_status(ReaderStatus(ENTRY, "offline"))
    assert scene.watch.reports == (ReaderReport("lan_a", "entry", is_online=False, is_secure=False),)
    states = [body.state for body in scene.journal.bodies if isinstance(body, ReaderChanged)]
    assert states == [
        "online",
        "tampered",
        "power_failing",
        "restored",
        "power_restored",
        "tampered",
        "offline",
    ]


def test_inputs_and_outputs_are_recorded_when_they_change(caplog: pytest.LogCaptureFixture) -> None:
    scene = Scene()
    with caplog.at_level(logging.INFO):
        scene.watch.handle_status(ReaderStatus(ENTRY, "inputs", levels=(False, False)))
        assert scene.journal.bodies == [], "all at rest is no news"
        scene.watch.handle_status(ReaderStatus(ENTRY, "inputs", levels=(False, True)))
        scene.watch.handle_status(ReaderStatus(ENTRY, "inputs", levels=(True, False)))
        scene.watch.handle_status(ReaderStatus(ENTRY, "outputs", levels=(True,)))
    assert scene.journal.bodies == [
        ReaderChanged("lan_a", "entry", "inputs", "2 on"),
        ReaderChanged("lan_a", "entry", "inputs", "1 on, 2 off"),
        ReaderChanged("lan_a", "entry", "outputs", "1 on"),
    ]
    assert caplog.messages == [
        "reader entry inputs: 2 on",
        "reader entry inputs: 1 on, 2 off",
        "reader entry outputs: 1 on",
    ]
    assert (scene.watch.reports[0].inputs, scene.watch.reports[0].outputs) == ((True, False), (True,))


def test_a_broken_secure_channel_is_an_alarm_until_the_reader_is_back_with_its_key(
    caplog: pytest.LogCaptureFixture,
) -> None:
    scene = Scene()
    with caplog.at_level(logging.WARNING):
        scene.watch.handle_status(ReaderStatus(ENTRY, "security_failed", detail="a frame was forged"))
        scene.watch.handle_status(ReaderStatus(ENTRY, "offline", detail="it broke a rule of the secure channel"))
    assert caplog.messages[0] == "reader entry security failed: a frame was forged"
    assert scene.journal.bodies[0] == ReaderChanged("lan_a", "entry", "security_failed", "a frame was forged")
    scene.watch.handle_status(ReaderStatus(ENTRY, "online", is_secure=False))
    assert scene.watch.reports[0].alarm == "a frame was forged"
    scene.watch.handle_status(ReaderStatus(ENTRY, "online", is_secure=True))
    assert scene.watch.reports[0].alarm == ""


def test_a_loose_contact_does_not_fill_the_journal_and_is_still_seen() -> None:
    scene = Scene()
    for number in range(300):
        scene.watch.handle_status(ReaderStatus(ENTRY, "inputs", levels=(number % 2 == 0,)))
    assert len(scene.journal.bodies) == CHANGES_MAX
    assert scene.watch.reports[0].inputs == (False,)
    scene.watch.handle_status(ReaderStatus(ENTRY, "tampered"))
    assert scene.journal.bodies[-1] == ReaderChanged("lan_a", "entry", "tampered")
    scene.timers.advance(WINDOW_S)
    left_out = f"{300 - CHANGES_MAX} more within a minute were not recorded"
    assert scene.journal.bodies[-1] == ReaderChanged("lan_a", "entry", "inputs", left_out)
    scene.watch.handle_status(ReaderStatus(ENTRY, "inputs", levels=(True,)))
    assert scene.journal.bodies[-1] == ReaderChanged("lan_a", "entry", "inputs", "1 on")
