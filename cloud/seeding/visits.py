"""Two years of visits as gateways would have told them: a tap, and the rotation that makes it a visit."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from cloud.access_events.models import AccessEvent, JournalCursor
from cloud.seeding.agreements import Agreement
from cloud.seeding.batches import Batch
from cloud.seeding.framework import Framework
from cloud.seeding.people import Person

DAYS: Final = 730
EVENTS_OF_VISIT: Final = 2
VISITS_MAX: Final = 20_000_000
_EPOCH: Final = "seed"
_HOURS: Final = (6, 7, 7, 8, 8, 9, 10, 11, 12, 12, 13, 14, 15, 16, 17, 17, 18, 18, 18, 19, 19, 20, 21)
_OF_WEEKDAY: Final = (12, 11, 11, 10, 9, 6, 4)
_OF_MONTH: Final = (13, 12, 11, 10, 10, 8, 6, 4, 10, 12, 11, 9)
_TRIES: Final = 40


class Visits:
    """Makes the events of one day after the other, so that their numbers grow with time, as they do in life."""

    def __init__(self, framework: Framework, seed: int, people: Sequence[Person]) -> None:
        self._framework = framework
        self._chance = random.Random(f"{seed} visits")  # noqa: S311 - made-up people, no secrets
        self._people = [person for person in people if person.agreements]
        self._seqs = {gateway_id: 0 for place in framework.places for _, gateway_id in place.lanes}

    def add_day(self, batch: Batch, day: date, visits: int) -> int:
        """The events of so many visits of a day, fewer where hardly anybody had a contract; how many visits."""
        seconds = sorted(self._second() for _ in range(visits))
        made = 0
        for second in seconds:
            found = self._who(day)
            if found is not None:
                self._add_visit(batch, *found, datetime.combine(day, time(), UTC) + timedelta(seconds=second))
                made += 1
        return made

    def add_cursors(self, batch: Batch) -> None:
        """All of it is taken over."""
        for gateway_id, seq in self._seqs.items():
            batch.add(JournalCursor, gateway_id=gateway_id, epoch=_EPOCH, acked_seq=seq - 1)

    def _second(self) -> int:
        return self._chance.choice(_HOURS) * 3600 + self._chance.randrange(3600)

    def _who(self, day: date) -> tuple[Person, Agreement] | None:
        for _ in range(_TRIES if self._people else 0):
            person = self._chance.choice(self._people)
            for agreement in person.agreements:
                if agreement.covers(day):
                    return person, agreement
        return None

    def _add_visit(self, batch: Batch, person: Person, agreement: Agreement, tapped_at: datetime) -> None:
        place = self._framework.places[person.place]
        lane_id, gateway_id = self._chance.choice(place.lanes)
        seq = self._seqs[gateway_id]
        self._seqs[gateway_id] = seq + EVENTS_OF_VISIT
        shared = {
            "tap_id": f"{gateway_id[-6:]}-{seq}",
            "lane_id": lane_id,
            "direction": "in",
            "member_id": person.member_id,
        }
        decided = {
            "reader": "entry",
            "credential_hash": "",
            "outcome": "allow",
            "reason": "granted",
            "rule": "contract",
            "revision": 1,
            "text": "",
        }
        contract = {"contract_id": agreement.contract_id}
        bodies: tuple[dict[str, Any], ...] = (
            {"event": "access_decided", **shared, **decided, **contract},
            {"event": "access_taken", **shared, **contract},
        )
        for later, body in enumerate(bodies):
            at = tapped_at + timedelta(seconds=2 * later)
            is_tap = later == 0
            batch.add(
                AccessEvent,
                site_id=place.site_id,
                gateway_id=gateway_id,
                lane_id=lane_id,
                journal_epoch=_EPOCH,
                seq=seq + later,
                kind=body["event"],
                occurred_at=at,
                received_at=at,
                is_history=False,
                boot_id="seed",
                monotonic_ms=int(at.timestamp() * 1000) % 10**9,
                clock="synced",
                tap_id=shared["tap_id"],
                direction="in",
                member_id=person.member_id,
                outcome="allow" if is_tap else None,
                reason="granted" if is_tap else None,
                rule="contract" if is_tap else None,
                text="",
                revision=1 if is_tap else None,
                is_chain_intact=True,
                body=body,
            )


def spread(visits: int, today: date) -> Iterator[tuple[date, int]]:
    """How many visits each day has, of the two years before today: by weekday and season, slowly growing."""
    days = [today - timedelta(days=DAYS - number) for number in range(DAYS)]
    weights = [
        _OF_WEEKDAY[day.weekday()] * _OF_MONTH[day.month - 1] * (DAYS + number) for number, day in enumerate(days)
    ]
    whole, total, given = sum(weights), 0, 0
    for day, weight in zip(days, weights, strict=True):
        total += weight
        share = visits * total // whole - given
        given += share
        yield day, share
