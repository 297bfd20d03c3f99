"""What a reader shows for each outcome: light, beeps, text.

Green and one beep for the passage window; amber and two beeps with a message; red and three beeps for a refusal;
then idle again, by itself or as soon as the member went through.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gateway.domain.access_point import AccessPoint, ReaderKey
from gateway.domain.decision import Outcome
from gateway.domain.feedback import Colour, Feedback
from gateway.domain.gate_view import SiteRules
from gateway.service.display import DisplaySettings, fit_lines
from gateway.service.ports import ReaderBus
from gateway.service.wording import IDLE
from gateway.texts.catalogue import SOURCE_LANGUAGE, Catalogue

REFUSAL_MS: Final = 4_000
_SIGNALS: Final[dict[Outcome, tuple[Colour, int]]] = {
    "allow": ("green", 1),
    "message": ("amber", 2),
    "block": ("red", 3),
}


@dataclass(frozen=True, slots=True)
class ReaderPlace:
    """Where a reader stands, what its display can hold, and the wire that it hangs on."""

    key: ReaderKey
    access_point: AccessPoint
    display: DisplaySettings
    bus: ReaderBus


class ReaderFeedback:
    """Shows outcomes and the idle text on the readers of this gateway."""

    def __init__(self, places: Mapping[ReaderKey, ReaderPlace], catalogue: Catalogue) -> None:
        self._places = dict(places)
        self._catalogue = catalogue
        self.site_locale = SOURCE_LANGUAGE

    def learn_site(self, site: SiteRules | None) -> None:
        """Speak the site's language from now on; a change of it shows on idle readers at once."""
        if site is not None and site.locale != self.site_locale:
            self.site_locale = site.locale
            for reader in self._places:
                self.show_idle(reader)

    def show_outcome(self, reader: ReaderKey, outcome: Outcome, text: str, window_ms: int) -> tuple[str, ...]:
        """Show how a tap was answered, for the passage window when it was granted; gives the lines shown."""
        place = self._places[reader]
        lines = fit_lines(text, place.display)
        colour, beep_count = _SIGNALS[outcome]
        place.bus.show(reader, Feedback(colour, beep_count, lines, REFUSAL_MS if outcome == "block" else window_ms))
        return lines

    def show_idle(self, reader: ReaderKey) -> None:
        """End what is shown, and invite the next member."""
        place = self._places[reader]
        lines = fit_lines(self._catalogue.translate(IDLE, self.site_locale), place.display)
        place.bus.show(reader, Feedback(None, 0, lines, 0))
