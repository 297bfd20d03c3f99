"""The requests `tap`, `journal` and `journal_page` of the control socket, as the running gateway answers them."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from access_policy.facts import LaneCondition
from gateway.control_client import Answer, Arguments, RequestRefusedError
from gateway.domain.access_point import ReaderKey
from gateway.inspection.events_in_words import Fields, event_fields
from gateway.inspection.presented_card import read_card
from gateway.service.dry_tap import DryTap
from gateway.service.passage import LanePassages
from gateway.service.ports import CardPresented, CodePresented, Journal
from gateway.service.reader_feedback import ReaderPlace
from gateway.service.recent_events import RecentEvents
from gateway.service.status_records import explain
from gateway.service.tap_ids import TapIds
from sync_protocol.errors import MalformedMessageError
from sync_protocol.journal_events import AccessDecided, JournalEvent, parse_event

log = logging.getLogger(__name__)

LIMIT_MAX: Final = 1000


@dataclass(frozen=True, slots=True)
class TapDesk:
    """Where virtual taps go: readers by name, lanes by id with their names, the gate itself, the wall behind `dry`."""

    places: Mapping[ReaderKey, ReaderPlace]
    lane_names: Mapping[str, str]
    lanes: Mapping[str, LanePassages]
    tap: Callable[[CardPresented | CodePresented], None]
    tap_ids: TapIds
    dry: DryTap
    now: Callable[[], float]


class InspectionRequests:
    """Answers from memory and from the journal."""

    def __init__(self, desk: TapDesk, journal: Journal, recent: RecentEvents) -> None:
        self._desk = desk
        self._journal = journal
        self._recent = recent

    async def tap(self, arguments: Arguments) -> Answer:
        """What the gate would answer; with `for_real` it does, and the journal marks the tap as an operator's."""
        place = self._find_place(arguments.get("lane"), arguments.get("direction", "in"))
        card = read_card(str(arguments.get("card", "")), place.key, self._desk.now())
        if arguments.get("for_real") is not True:
            answer = self._desk.dry.present(card, place.access_point, place.reading)
            lane = self._lane_condition(place, answer.record.get("member_id"))
            return {"is_real": False, **answer.record, "would_unlock": list(answer.would_unlock), "lane": lane}
        log.warning("virtual tap at %s by %s", place.key, arguments["by"])
        before = self._recent.newest_seq
        with self._desk.tap_ids.by_operator():
            self._desk.tap(card)
        decided = [event.body for event in self._recent.after(before) if isinstance(event.body, AccessDecided)]
        if not decided:
            raise RequestRefusedError("the gate did not answer")
        return {"is_real": True, **msgspec.to_builtins(decided[-1]), "explanation": explain(decided[-1])}

    async def journal(self, arguments: Arguments) -> Answer:
        """The newest events behind `after`, at most `limit`, also those that the cloud has already."""
        after, limit = _range(arguments)
        outbox = self._journal.outbox
        waiting = await self._waiting(max(after, outbox.next_seq - limit - 1), limit)
        known = {event.seq: event for event in (*waiting, *self._recent.after(after))}
        return {"events": _told([known[seq] for seq in sorted(known)][-limit:])}

    async def journal_page(self, arguments: Arguments) -> Answer:
        """The oldest events behind `after`, at most `limit`: what waits for the cloud, page by page."""
        after, limit = _range(arguments)
        return {"events": _told(await self._waiting(after, limit))}

    async def _waiting(self, after: int, limit: int) -> list[JournalEvent]:
        events = []
        for sealed in await self._journal.read_outbox(after, limit):
            try:
                events.append(parse_event(sealed))
            except MalformedMessageError as error:
                log.warning("an event is not shown: %s", error)
        return events

    def _lane_condition(self, place: ReaderPlace, member_id: object) -> LaneCondition:
        """A dry tap is answered as if the lane were free: this is how it really is."""
        point = place.access_point
        return self._desk.lanes[point.lane_id].condition_for(point.direction, str(member_id) if member_id else None)

    def _find_place(self, lane: object, direction: object) -> ReaderPlace:
        for place in self._desk.places.values():
            point = place.access_point
            names = {None, point.lane_id, self._desk.lane_names.get(point.lane_id)}
            if lane in names and direction == point.direction:
                return place
        raise RequestRefusedError(f"no reader stands at lane {lane or 'any'}, direction {direction}")


def _range(arguments: Arguments) -> tuple[int, int]:
    after, limit = arguments.get("after", -1), arguments.get("limit", 100)
    if not isinstance(after, int) or not isinstance(limit, int) or not 0 < limit <= LIMIT_MAX:
        raise RequestRefusedError(f"`after` is a number, `limit` 1 to {LIMIT_MAX}")
    return after, limit


def _told(events: list[JournalEvent]) -> list[Fields]:
    return [event_fields(event) for event in events]
