"""Raise alarms, list them, acknowledge them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cloud.alarms import repository
from cloud.alarms.models import Alarm
from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, not_found
from cloud.kit.ids import new_id
from cloud.kit.paging import Page

NEWS_FOR: Final = timedelta(minutes=10)
"""What is heard of later is history: it is in the list, but nobody is called."""
KIND_CHARACTERS_MAX: Final = 32
KINDS_MAX: Final = 8
COUNTED_MAX: Final = 100
SAME_WITHIN: Final = timedelta(minutes=10)
"""A contact that bounces all night is one alarm in this time."""
LANES_LOOKED_AT: Final = 200
"""How many of the newest alarms of lanes are looked through for the same."""
KEPT_FOR: Final = timedelta(days=400)
"""An alarm that was acknowledged is kept for so long."""
KEPT_MAX: Final = 50_000
"""How many alarms are kept at all; beyond that the oldest go, acknowledged or not."""
PRUNED_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Scene:
    """Where and when it happened, and with whose card; `event_id` is the decision of the gateway."""

    site_id: str
    gateway_id: str
    lane_id: str
    member_id: str | None
    at: datetime
    event_id: int | None = None


def sound(session: UnitOfWork, scene: Scene, kinds: Iterable[str]) -> None:
    """Keep an alarm of each kind; those of a newer gateway, which nobody here can name, too."""
    for kind in [kind for kind in dict.fromkeys(kinds) if len(kind) <= KIND_CHARACTERS_MAX][:KINDS_MAX]:
        session.add(
            Alarm(
                id=new_id("alm"),
                site_id=scene.site_id,
                gateway_id=scene.gateway_id,
                lane_id=scene.lane_id,
                member_id=scene.member_id,
                event_id=scene.event_id,
                kind=kind,
                occurred_at=scene.at,
                heard_at=session.now,
                is_history=session.now - scene.at > NEWS_FOR,
            )
        )
    session.flush()
    session.wake_after_commit("alarms")


def sound_once(session: UnitOfWork, scene: Scene, kind: str, *, within: timedelta) -> None:
    """Keep an alarm about a member, unless the same was raised `within` this time.

    An alarm that was acknowledged before it happened counts for nothing: staff have dealt with another time.
    """
    assert scene.member_id is not None, "it is about a member"
    around = (scene.at - within, scene.at + within)
    if not repository.is_member_named(session, scene.member_id, kind, around, open_at=scene.at):
        sound(session, scene, [kind])


def sound_lane(session: UnitOfWork, scene: Scene, kind: str, *, within: timedelta = SAME_WITHIN) -> None:
    """Keep an alarm of a lane, unless the same waits already from `within` of it."""
    around = (scene.at - within, scene.at + within)
    if not repository.is_lane_waiting(session, scene.lane_id, kind, around, among=LANES_LOOKED_AT):
        sound(session, scene, [kind])


def acknowledge(session: UnitOfWork, actor: Actor, alarm_id: str) -> Alarm:
    """Note that somebody has taken care of an alarm.

    Raises:
        NotFoundError: there is no such alarm.
        ConflictError: somebody has already.
    """
    assert actor.kind == "staff", "alarms are acknowledged by staff"
    alarm = session.get(Alarm, alarm_id, with_for_update=True)
    if alarm is None:
        raise not_found("alarm", alarm_id)
    if alarm.acknowledged_at is not None:
        raise ConflictError("alarm_already_acknowledged", "Somebody has acknowledged the alarm already.")
    alarm.acknowledged_by, alarm.acknowledged_at = actor.id, session.now
    session.flush()
    audit.record(
        session,
        actor,
        "alarm.acknowledge",
        entity=("alarm", alarm.id),
        after={"kind": alarm.kind, "member_id": alarm.member_id},
    )
    session.wake_after_commit("alarms")
    return alarm


def acknowledge_up_to(session: UnitOfWork, actor: Actor, last_id: str) -> int:
    """Acknowledge all open alarms up to the newest that somebody has seen; returns how many those were."""
    assert actor.kind == "staff", "alarms are acknowledged by staff"
    count = repository.acknowledge_up_to(session, last_id, actor.id, session.now)
    if count:
        audit.record(session, actor, "alarm.acknowledge_all", entity=("alarm", last_id), after={"count": count})
        session.wake_after_commit("alarms")
    return count


def find_page(
    session: UnitOfWork,
    *,
    member_id: str | None = None,
    is_open: bool | None = None,
    after: str | None = None,
    limit: int,
) -> Page[Alarm]:
    """Alarms, the newest first: all of them, those that wait (`is_open`), or those that do not.

    Raises:
        InvalidError: `after` is no cursor of this list.
    """
    return repository.find_page(session, member_id=member_id, is_open=is_open, after=after, limit=limit)


def count_urgent(session: UnitOfWork) -> int:
    """How many alarms wait for somebody that were news when they were heard of; 100 stands for 100 or more."""
    return repository.count_urgent(session, most=COUNTED_MAX)


def newest_id(session: UnitOfWork) -> str:
    """The newest alarm, empty without any."""
    return repository.newest_id(session)


def prune(session: UnitOfWork) -> int:
    """Forget what was acknowledged `KEPT_FOR` ago, and the oldest of more than `KEPT_MAX`; returns how many.

    It is at most `PRUNED_AT_ONCE` of them at once.
    """
    before = session.now - KEPT_FOR
    return repository.delete_oldest(session, acknowledged_before=before, most=KEPT_MAX, limit=PRUNED_AT_ONCE)
