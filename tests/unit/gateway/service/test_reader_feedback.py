"""Light, sound and text for each outcome."""

import pytest

from gateway.domain.access_point import AccessPoint, ReaderKey
from gateway.domain.decision import Outcome
from gateway.domain.feedback import Feedback
from gateway.service.display import DisplaySettings
from gateway.service.reader_feedback import REFUSAL_MS, ReaderFeedback, ReaderPlace
from tests.display_catalogue import display_catalogue
from tests.gate_fakes import SITE, FakeBus

ENTRY = ReaderKey("entry")


def feedback(bus: FakeBus, **display: int) -> ReaderFeedback:
    place = ReaderPlace(ENTRY, AccessPoint("lan_a", "in"), DisplaySettings(**display), bus)  # type: ignore[arg-type]
    return ReaderFeedback({ENTRY: place}, display_catalogue())


@pytest.mark.parametrize(
    ("outcome", "colour", "beep_count", "duration_ms"),
    [("allow", "green", 1, 5_000), ("message", "amber", 2, 5_000), ("block", "red", 3, REFUSAL_MS)],
)
def test_each_outcome_has_its_light_and_its_beeps(
    outcome: Outcome, colour: str, beep_count: int, duration_ms: int
) -> None:
    bus = FakeBus()
    lines = feedback(bus).show_outcome(ENTRY, outcome, "Welcome\nAnna", 5_000)
    assert lines == ("Welcome", "Anna")
    assert bus.shown == [(ENTRY, Feedback(colour, beep_count, lines, duration_ms))]  # type: ignore[arg-type]


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
    assert all(each.colour is None for _, each in bus.shown)
