"""What the front desk has done and planned: tasks, flags, sessions and their bookings, as rows."""

import random
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from itertools import count
from typing import Final

from cloud.bookings.models import Booking
from cloud.class_sessions.models import ClassSession
from cloud.flags.models import Flag
from cloud.seeding.batches import Batch, seeded_id
from cloud.seeding.framework import Framework, Place
from cloud.seeding.people import Person
from cloud.tasks.models import Task, TaskEntry

_TASK_SHARE: Final = 0.03
_CLOSED_SHARE: Final = 0.6
_FLAG_SHARE: Final = 0.01
_DAYS_BEHIND, _DAYS_AHEAD = 28, 14
_STARTS: Final = (time(7, 30), time(9), time(12, 30), time(17), time(18, 15), time(19, 30))
_SEATS: Final = 20
_STEPS: Final = ("call", "email", "meeting")


class DeskWork:
    """Makes it up for people who are there already."""

    def __init__(self, framework: Framework, seed: int, now: datetime) -> None:
        self._framework = framework
        self._chance = random.Random(f"{seed} desk")  # noqa: S311 - made-up people, no secrets
        self._now = now
        self._tasks, self._flags, self._sessions, self._bookings = count(), count(), count(), count()

    def add_of(self, batch: Batch, person: Person) -> None:
        """A task or a flag about some of the people."""
        if self._chance.random() < _TASK_SHARE:
            self._add_task(batch, person)
        if self._chance.random() < _FLAG_SHARE:
            self._add_flag(batch, person)

    def add_sessions(self, batch: Batch, place: Place, people: Sequence[Person]) -> None:
        """Four weeks behind and two ahead, each session with some of these people in it."""
        today = self._now.astimezone(place.zone).date()
        for day in range(-_DAYS_BEHIND, _DAYS_AHEAD):
            for room_id in place.room_ids:
                for starts in _STARTS:
                    local = datetime.combine(today + timedelta(days=day), starts, place.zone)
                    self._add_session(batch, place, room_id, local, people)

    def _add_task(self, batch: Batch, person: Person) -> None:
        chance, task_id = self._chance, seeded_id("tsk", next(self._tasks))
        created_at = self._now - timedelta(minutes=chance.randrange(60, 60 * 24 * 60))
        is_closed = chance.random() < _CLOSED_SHARE
        operator_id = chance.choice(self._framework.desk_ids)
        closed_at = created_at + (self._now - created_at) / 2 if is_closed else None
        has_step = not is_closed and chance.random() < 0.7
        batch.add(
            Task,
            id=task_id,
            member_id=person.member_id,
            action_type_id=chance.choice(self._framework.task_type_ids),
            operator_id=operator_id,
            text="Ask whether they go on",
            complete_by=self._now.date() + timedelta(days=chance.randrange(-3, 30)),
            next_step=chance.choice(_STEPS) if has_step else None,
            next_step_at=self._now + timedelta(hours=chance.randrange(-48, 240)) if has_step else None,
            outcome_id=self._framework.outcome_id if is_closed else None,
            result="",
            keeps_block=False,
            created_by=operator_id,
            created_at=created_at,
            closed_by=operator_id if is_closed else None,
            closed_at=closed_at,
        )
        for kind, at in (("created", created_at), ("closed", closed_at)):
            if at is not None:
                batch.add(
                    TaskEntry,
                    id=f"ten_{task_id[-19:]}{int(kind == 'closed')}",
                    task_id=task_id,
                    member_id=person.member_id,
                    kind=kind,
                    text="",
                    changes={},
                    written_by=operator_id,
                    written_at=at,
                )

    def _add_flag(self, batch: Batch, person: Person) -> None:
        is_block = self._chance.random() < 0.2
        raised_at = self._now - timedelta(minutes=self._chance.randrange(10, 60 * 24 * 30))
        batch.add(
            Flag,
            id=seeded_id("flg", next(self._flags)),
            member_id=person.member_id,
            source="manual",
            effect="block" if is_block else "message",
            priority=0,
            device_kinds=[],
            texts={"it": "Passa alla reception", "en": "Please see the desk", "ru": "Подойдите на ресепшн"},
            starts_at=None,
            ends_at=None,
            raised_by=self._framework.desk_ids[0],
            raised_at=raised_at,
        )

    def _add_session(self, batch: Batch, place: Place, room_id: str, local: datetime, people: Sequence[Person]) -> None:
        chance, session_id = self._chance, seeded_id("cls", next(self._sessions))
        activity_id, title = chance.choice(self._framework.activities)
        starts_at = local.astimezone(self._now.tzinfo)
        ends_at = starts_at + timedelta(minutes=55)
        batch.add(
            ClassSession,
            id=session_id,
            site_id=place.site_id,
            activity_id=activity_id,
            room_id=room_id,
            trainer_id=self._trainer(place, room_id),
            seats=_SEATS,
            starts_at=starts_at,
            ends_at=ends_at,
            created_at=starts_at - timedelta(days=30),
        )
        for person in chance.sample(people, min(len(people), chance.randrange(_SEATS + 1))):
            is_cancelled = chance.random() < 0.08
            is_attended = ends_at < self._now and not is_cancelled and chance.random() < 0.85
            booked_at = min(starts_at, self._now) - timedelta(minutes=chance.randrange(30, 3000))
            agreement = next((each for each in person.agreements if each.covers(local.date())), None)
            batch.add(
                Booking,
                id=seeded_id("bok", next(self._bookings)),
                member_id=person.member_id,
                session_id=session_id,
                site_id=place.site_id,
                title=title,
                starts_at=starts_at,
                ends_at=ends_at,
                contract_id=agreement.contract_id if agreement else None,
                balance_kind=agreement.plan.kind if agreement else None,
                channel="staff",
                booked_by=chance.choice(self._framework.desk_ids),
                booked_at=booked_at,
                cancelled_for="member" if is_cancelled else None,
                cancelled_at=booked_at + timedelta(minutes=10) if is_cancelled else None,
                attended_via="gate" if is_attended else None,
                attended_at=starts_at - timedelta(minutes=5) if is_attended else None,
            )

    def _trainer(self, place: Place, room_id: str) -> str | None:
        """Nobody is in two rooms at once: one trainer a room at the first site, none elsewhere."""
        if place is not self._framework.places[0]:
            return None
        return self._framework.trainer_ids[place.room_ids.index(room_id)]
