"""Why a card would pass or not: the real look-up, facts and rules, told in words; nothing moves, nothing is recorded.

The running gateway answers from what it knows this moment (request `explain`); without one `explain_stored` reads the
files, and takes every lane to be free.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from typing import Any, Final

from access_policy.decision import Decision
from access_policy.explanation import explain
from access_policy.facts import PinEntry, TapFacts
from access_policy.gate_view import GateView
from access_policy.wording import SHOWN, SaidExplanation, say, translate_into
from gateway.control_client import Answer, Arguments, RequestRefusedError
from gateway.domain.access_point import AccessPoint, ReaderKey
from gateway.inspection.events_in_words import in_one_line
from gateway.inspection.presented_card import read_card
from gateway.service.card_tap import Knowledge
from gateway.service.credential_reading import CardReading, canonical_credential
from gateway.service.tap_facts import TapCircumstances
from gateway.service.wording import decision_text

LANGUAGES: Final = ("en", "it", "ru")

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PlacedReader:
    """A reader, where it stands, and how its cards arrive."""

    name: str
    lane_name: str
    access_point: AccessPoint
    reading: CardReading


class Explainer:
    """Explains taps at these readers."""

    def __init__(self, readers: Iterable[PlacedReader], knowledge: Knowledge, circumstances: TapCircumstances) -> None:
        self._readers = tuple(readers)
        self._knowledge = knowledge
        self._circumstances = circumstances

    async def handle(self, arguments: Arguments) -> Answer:
        """The request `explain` of the control socket."""
        return self.explain(arguments)

    def explain(self, arguments: Arguments) -> Fields:
        """Explain the tap of `card` at `lane` and `direction`; `at` asks for another time, in the site's local time.

        At another time the cloud counts as heard as lately as now: the question is about hours and contracts, not about
        a gateway that hears nothing until then.

        Raises:
            RequestRefusedError: an argument makes no sense.
        """
        reader = self._find_reader(arguments.get("lane"), arguments.get("direction", "in"))
        language = arguments.get("language", "en")
        if language not in LANGUAGES:
            raise RequestRefusedError(f"the languages are {', '.join(LANGUAGES)}")
        view = self._knowledge.state.find_gate_view(self._hash(str(arguments.get("card", "")), reader))
        zone = view.site.calendar.zone if view.site else UTC
        self._knowledge.presence.learn_site(view.site)
        pin: PinEntry = "right" if arguments.get("has_pin") is True else "none"
        facts = self._circumstances.facts(view, reader.access_point, pin)
        if arguments.get("at") is not None:
            now_s = _moment(str(arguments["at"]), zone)
            if view.last_contact_at is not None:
                view = replace(view, last_contact_at=view.last_contact_at + now_s - facts.now_s)
            facts = replace(facts, now_s=now_s, is_clock_trusted=True)
        return self._tell(reader, view, facts, language, zone)

    def _tell(self, reader: PlacedReader, view: GateView, facts: TapFacts, language: str, zone: tzinfo) -> Fields:
        names = {one.access_point.lane_id: one.lane_name for one in self._readers}
        explanation, translate = explain(view, facts, names), translate_into(language)
        said, decision = say(explanation, translate, zone), explanation.decision
        text = self._text(decision, view, reader.access_point)
        return {
            "reader": reader.name,
            "lane": reader.lane_name,
            "direction": reader.access_point.direction,
            "at": datetime.fromtimestamp(facts.now_s, UTC).isoformat(),
            "outcome": decision.outcome,
            "reason": decision.reason,
            "rule": decision.rule,
            "revision": decision.revision,
            "last_contact_at": view.last_contact_at,
            "member_id": decision.holder.member_id if decision.holder else None,
            "contract_id": decision.contract_id,
            "signals": list(decision.signals),
            "text": text,
            "in_words": {
                "outcome": said.outcome,
                "shown": translate(SHOWN).format(text=in_one_line(text)),
                **_words(said),
            },
        }

    def _text(self, decision: Decision, view: GateView, at: AccessPoint) -> str:
        rules = view.site.rules if view.site else None
        return decision_text(
            decision,
            at.direction,
            site_locale=rules.locale if rules else "en",
            catalogue=self._knowledge.catalogue,
            own_texts=rules.texts if rules else {},
        )

    def _hash(self, card: str, reader: PlacedReader) -> str:
        presented = read_card(card, ReaderKey(reader.name), 0.0)
        return self._knowledge.hash_credential(canonical_credential(presented, reader.reading))

    def _find_reader(self, lane: object, direction: object) -> PlacedReader:
        for reader in self._readers:
            point = reader.access_point
            if lane in {None, point.lane_id, reader.lane_name} and direction == point.direction:
                return reader
        raise RequestRefusedError(f"no reader stands at lane {lane or 'any'}, direction {direction}")


def describe(told: Fields) -> str:
    """The explanation as lines for people."""
    words = told["in_words"]
    lines = [f"{words['outcome']} ({told['reason']})", f"  {words['shown']}"]
    lines += [f"  {sentence}" for sentence in words["circumstances"]]
    for asked in words["asked"]:
        lines.append(f"- {asked['heading']}" + (f" [{asked['refusal']}]" if asked["refusal"] else ""))
        lines += [f"    {sentence}" for sentence in asked["findings"]]
    return "\n".join(lines)


def _words(said: SaidExplanation) -> Fields:
    return {
        "circumstances": list(said.circumstances),
        "asked": [
            {"rule": one.rule, "heading": one.heading, "refusal": one.refusal, "findings": list(one.sentences)}
            for one in said.asked
        ],
    }


def _moment(text: str, zone: tzinfo) -> int:
    """A local time of the site, or one with its own offset, in UTC seconds."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise RequestRefusedError("a time is written as 2026-12-24T21:30") from error
    if not 1970 < at.year < 2200:  # near the calendar's ends a time has no counterpart in every zone
        raise RequestRefusedError("the time must be between 1971 and 2199")
    return int((at.replace(tzinfo=zone) if at.tzinfo is None else at).timestamp())
