"""Light, sound and text for each outcome."""

import pytest

from access_policy.decision import Outcome
from gateway.domain.access_point import AccessPoint, ReaderKey
from gateway.domain.feedback import Beeps, Colour, Feedback, FeedbackPlan, Light, ReaderAbilities, Signal
from gateway.service.display import DisplaySettings
from gateway.service.reader_feedback import ReaderFeedback, ReaderPlace
from tests.display_catalogue import display_catalogue
from tests.gate_fakes import SITE, FakeBus

ENTRY = ReaderKey("entry")


def feedback(bus: FakeBus, **display: int) -> ReaderFeedback:
    place = ReaderPlace(ENTRY, AccessPoint("lan_a", "in"), DisplaySettings(**display), bus)  # type: ignore[arg-type]
    return ReaderFeedback({ENTRY: place}, display_catalogue())


@pytest.mark.parametrize(
    ("outcome", "colour", "beep_count", "duration_ms"),
    [("allow", "green", 1, 5_000), ("message", "amber", 2, 5_000), ("block", "red", 3, 4_000)],
)
def test_each_outcome_has_its_light_and_its_beeps(
    outcome: Outcome, colour: Colour, beep_count: int, duration_ms: int
) -> None:
    bus = FakeBus()
    lines = feedback(bus).show_outcome(ENTRY, outcome, "Welcome\nAnna", 5_000)
    assert lines == ("Welcome", "Anna")
    assert bus.shown == [(ENTRY, Feedback(Signal(Light(colour), Beeps(beep_count)), lines, duration_ms))]


def test_the_signals_and_the_time_of_a_refusal_are_the_plans() -> None:
    bus = FakeBus()
    alarm = Signal(Light("magenta", 200, 200), Beeps(5))
    plan = FeedbackPlan({**FeedbackPlan().signals, "block": alarm}, refusal_ms=9_000)
    place = ReaderPlace(ENTRY, AccessPoint("lan_a", "in"), DisplaySettings(), bus)
    ReaderFeedback({ENTRY: place}, display_catalogue(), plan).show_outcome(ENTRY, "block", "No", 5_000)
    assert bus.shown == [(ENTRY, Feedback(alarm, ("No",), 9_000))]


def test_a_text_is_cut_to_what_the_reader_reports_until_it_reports_nothing() -> None:
    bus = FakeBus()
    shown = feedback(bus)
    shown.learn_abilities(ENTRY, ReaderAbilities("tricolour", True, line_count=1, column_count=8))
    assert shown.show_outcome(ENTRY, "allow", "Welcome\nAnna Karenina", 5_000) == ("Welcome",)
    shown.learn_abilities(ENTRY, ReaderAbilities())
    assert shown.show_outcome(ENTRY, "allow", "Welcome\nAnna", 5_000) == ()
    shown.learn_abilities(ENTRY, None)
    assert shown.show_outcome(ENTRY, "allow", "Welcome\nAnna", 5_000) == ("Welcome", "Anna")


def test_a_reader_without_display_is_given_no_lines() -> None:
    bus = FakeBus()
    assert feedback(bus, line_count=0).show_outcome(ENTRY, "allow", "Welcome", 5_000) == ()


def test_the_idle_text_is_in_the_sites_language_and_follows_it_at_once() -> None:
    bus = FakeBus()
    shown = feedback(bus)
    shown.show_idle(ENTRY)
    shown.learn_site(SITE)
    shown.learn_site(SITE)
    shown.learn_site(None)
    assert [each.lines for _, each in bus.shown] == [("Present your", "card"), ("Avvicina la", "tessera")]
    assert all(each.signal is None for _, each in bus.shown)
