"""READ FIRST: what happens when a credential is presented, from its bits to the open relay, in one call.

Nothing here waits: the state is read from memory or a read-only connection, the relay acts at once, the journal takes
the event into its queue, the light and the text go into the reader's. So a tap never waits for the network, for a disk
sync, or for another reader.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from access_policy.decide import decide
from access_policy.decision import Decision, Reason, Rule
from access_policy.gate_view import GateView
from access_policy.row_reading import record_facts
from firmware_protocol.wiegand import ParityError
from gateway.domain.access_point import ReaderKey
from gateway.domain.presence import Presence
from gateway.service.credential_reading import canonical_credential
from gateway.service.passage import Grant, LanePassages
from gateway.service.pin_check import PinCheck
from gateway.service.pin_collection import PinCollection
from gateway.service.ports import CardPresented, Clock, CodePresented, GateStateReader, Journal, StatusFeed
from gateway.service.reader_feedback import ReaderFeedback, ReaderPlace
from gateway.service.status_records import decision_record
from gateway.service.tap_facts import TapCircumstances, left_zone
from gateway.service.wording import decision_text
from gateway.texts.catalogue import Catalogue
from sync_protocol.journal_events import AccessDecided, DecisionFacts


@dataclass(frozen=True, slots=True)
class GateParts:
    """The hardware side of a tap: where each reader stands, what lanes are doing, what readers show and were told."""

    places: Mapping[ReaderKey, ReaderPlace]
    lanes: Mapping[str, LanePassages]
    feedback: ReaderFeedback
    pins: PinCollection


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What a tap is decided from, and how the decision is worded.

    `hash_credential` makes the site's keyed hash of a canonical credential, `hash_pin` that of a card's hash and a PIN.
    """

    state: GateStateReader
    presence: Presence
    clock: Clock
    catalogue: Catalogue
    hash_credential: Callable[[str], str]
    hash_pin: Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class _Answer:
    """The answer to a tap, and what it rests on; the hash is empty and nothing known of a card that was not read."""

    credential_hash: str
    decision: Decision
    view: GateView | None = None
    facts: DecisionFacts | None = None


class CardTap:
    """Answers cards and codes. `new_tap_id` gives an identity that ties a decision to its passage."""

    def __init__(
        self,
        gate: GateParts,
        knowledge: Knowledge,
        *,
        journal: Journal,
        status: StatusFeed,
        new_tap_id: Callable[[], str],
    ) -> None:
        self._gate = gate
        self._knowledge = knowledge
        self._journal = journal
        self._status = status
        self._new_tap_id = new_tap_id
        self._circumstances = TapCircumstances(gate.lanes, knowledge.clock, knowledge.presence, journal)
        self._pin_check = PinCheck(knowledge.hash_pin)

    def handle_card(self, card: CardPresented | CodePresented) -> None:
        """Decide, open or refuse, and record: in this order and in this call."""
        place = self._gate.places[card.reader]
        lane = self._gate.lanes[place.access_point.lane_id]
        answer = self._decide(card, place)
        decision, tap_id = answer.decision, self._new_tap_id()
        if decision.is_granted:
            lane.give(_grant_of(answer, tap_id, place))
        decided_in_us = round((self._knowledge.clock.monotonic() - card.at_monotonic) * 1_000_000)
        text = self._text_of(answer, place)
        lines = self._gate.feedback.show_outcome(card.reader, decision.outcome, text, lane.timing.passage_window_ms)
        event = AccessDecided(
            tap_id=tap_id,
            lane_id=lane.lane_id,
            direction=place.access_point.direction,
            reader=card.reader,
            credential_hash=answer.credential_hash,
            outcome=decision.outcome,
            reason=decision.reason,
            rule=decision.rule,
            revision=decision.revision,
            member_id=decision.holder.member_id if decision.holder else None,
            contract_id=decision.contract_id,
            flag_ids=tuple(flag.flag_id for flag in decision.flags),
            text=text,
            decided_in_us=decided_in_us,
            zone_id=decision.zone_id,
            is_guest=decision.is_guest,
            signals=tuple(decision.signals),
            flags_considered=tuple((flag.flag_id, flag.bearing) for flag in decision.considered),
            facts=answer.facts,
        )
        self._journal.append(event)
        self._status.publish(decision_record(event, lines))

    def _decide(self, card: CardPresented | CodePresented, place: ReaderPlace) -> _Answer:
        typed_pin = self._gate.pins.take(card.reader)
        try:
            canonical = canonical_credential(card, place.reading)
        except ValueError as error:
            rule = Rule.CARD_PARITY if isinstance(error, ParityError) else Rule.CARD_FORMAT
            return _Answer("", Decision("block", Reason.CREDENTIAL_UNREADABLE, rule, revision=0))
        credential_hash = self._knowledge.hash_credential(canonical)
        view = self._knowledge.state.find_gate_view(credential_hash)
        self._gate.feedback.learn_site(view.site)
        self._knowledge.presence.learn_site(view.site)
        pin = self._pin_check.judge(view.credential, typed_pin, card.at_monotonic)
        facts = self._circumstances.facts(view, place.access_point, pin)
        recorded = record_facts(facts, view.last_contact_at) if view.credential else None
        return _Answer(credential_hash, decide(view, facts), view, recorded)

    def _text_of(self, answer: _Answer, place: ReaderPlace) -> str:
        site = answer.view.site if answer.view else None
        return decision_text(
            answer.decision,
            place.access_point.direction,
            site_locale=self._gate.feedback.site_locale,
            catalogue=self._knowledge.catalogue,
            own_texts=site.rules.texts if site else {},
            is_queued=self._gate.lanes[place.access_point.lane_id].is_queued,
        )


def _grant_of(answer: _Answer, tap_id: str, place: ReaderPlace) -> Grant:
    decision, view = answer.decision, answer.view
    assert decision.holder is not None, "only a known member is ever granted"
    assert view is not None, "what could not be read is refused"
    return Grant(
        tap_id,
        place.key,
        place.access_point.direction,
        decision.holder.member_id,
        decision.contract_id,
        decision.spends_visit,
        zone_id=decision.zone_id,
        left_zone_id=left_zone(view, place.access_point),
        is_guest=decision.is_guest,
        is_staff=view.entitlement is not None and view.entitlement.role == "staff",
    )
