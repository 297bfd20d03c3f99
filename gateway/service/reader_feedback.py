"""What a reader shows for each outcome: light, beeps, text; then idle again, by itself or once the member went through.

Which light and how many beeps is the plan's, from the configuration. A text is cut to the display as it is configured,
and to what the reader itself reports, where it does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from access_policy.decision import Outcome
from access_policy.site_policy import SitePolicy
from gateway.domain.access_point import AccessPoint, ReaderKey
from gateway.domain.feedback import Feedback, FeedbackPlan, ReaderAbilities
from gateway.service.credential_reading import CardReading
from gateway.service.display import DisplaySettings, fit_lines, narrow_display
from gateway.service.ports import ReaderBus
from gateway.service.wording import IDLE
from gateway.texts.catalogue import SOURCE_LANGUAGE, Catalogue


@dataclass(frozen=True, slots=True)
class ReaderPlace:
    """Where a reader stands, what it has, the wire that it hangs on, and how its cards arrive."""

    key: ReaderKey
    access_point: AccessPoint
    display: DisplaySettings
    bus: ReaderBus
    reading: CardReading = field(default_factory=CardReading)
    has_keypad: bool = False


class ReaderFeedback:
    """Shows outcomes and the idle text on the readers of this gateway."""

    def __init__(
        self, places: Mapping[ReaderKey, ReaderPlace], catalogue: Catalogue, plan: FeedbackPlan | None = None
    ) -> None:
        self._places = dict(places)
        self._displays = {key: place.display for key, place in places.items()}
        self._catalogue = catalogue
        self._plan = plan or FeedbackPlan()
        self.site_locale = SOURCE_LANGUAGE

    def learn_site(self, site: SitePolicy | None) -> None:
        """Speak the site's language from now on; a change of it shows on idle readers at once."""
        if site is not None and site.rules.locale != self.site_locale:
            self.site_locale = site.rules.locale
            for reader in self._places:
                self.show_idle(reader)

    def learn_abilities(self, reader: ReaderKey, abilities: ReaderAbilities | None) -> None:
        """Cut texts to what the reader has reported; None is a reader that reports nothing."""
        configured = self._places[reader].display
        self._displays[reader] = configured if abilities is None else narrow_display(configured, abilities)

    def show_outcome(self, reader: ReaderKey, outcome: Outcome, text: str, window_ms: int) -> tuple[str, ...]:
        """Show how a tap was answered, for the passage window when it was granted; gives the lines shown."""
        lines = fit_lines(text, self._displays[reader])
        duration_ms = self._plan.refusal_ms if outcome == "block" else window_ms
        self._places[reader].bus.show(reader, Feedback(self._plan.signals[outcome], lines, duration_ms))
        return lines

    def show_idle(self, reader: ReaderKey) -> None:
        """End what is shown, and invite the next member."""
        lines = fit_lines(self._catalogue.translate(IDLE, self.site_locale), self._displays[reader])
        self._places[reader].bus.show(reader, Feedback(None, lines, 0))
