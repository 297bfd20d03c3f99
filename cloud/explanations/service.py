"""Explaining an access event: the decision made again on the state of then, and what it would be now."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from access_policy.explanation import NO_NAMES, Explanation
from cloud.access_events import service as access_events
from cloud.access_events.models import AccessEvent
from cloud.database import UnitOfWork
from cloud.desired_state import history
from cloud.desired_state import service as desired_state
from cloud.errors import not_found
from cloud.explanations.replay import Replay, can_be_replayed, decide_now, replay
from cloud.sites import service as sites
from sync_protocol.journal_events import AccessDecided

Obstacle = Literal["card_unreadable", "facts_missing", "history_gone"]
"""Why a decision cannot be made again: no card was read; the gateway's program recorded no facts yet; or the state of
then is no longer kept."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A tap with its decision made again, or what stands in the way; `now` is what today's state says."""

    event: AccessEvent
    zone: ZoneInfo
    lane_name: str
    obstacle: Obstacle | None
    replay: Replay | None
    now: Explanation | None


def explain_event(session: UnitOfWork, event_id: int) -> Explained:
    """Explain a tap.

    Raises:
        NotFoundError: there is no such event, or it is no tap.
    """
    event = access_events.find_event(session, event_id)
    if event is None or event.kind != "access_decided":
        raise not_found("access event", str(event_id))
    zone = ZoneInfo(sites.get_site(session, event.site_id).time_zone)
    lanes = {lane.id: lane.name for lane in sites.list_lanes(session, event.site_id)}
    body = msgspec.convert(event.body, AccessDecided)
    obstacle = _obstacle(session, event, body)
    return Explained(
        event=event,
        zone=zone,
        lane_name=lanes.get(body.lane_id, body.lane_id),
        obstacle=obstacle,
        replay=None if obstacle else _replay(session, event, body, lanes),
        now=_decide_now(session, event, body, lanes) if body.credential_hash else None,
    )


def replay_event(session: UnitOfWork, event: AccessEvent) -> Replay | None:
    """The decision of an event made again; None: it is no tap, or something stands in the way."""
    if event.kind != "access_decided":
        return None
    body = msgspec.convert(event.body, AccessDecided)
    return None if _obstacle(session, event, body) else _replay(session, event, body, NO_NAMES)


def _obstacle(session: UnitOfWork, event: AccessEvent, body: AccessDecided) -> Obstacle | None:
    if not body.credential_hash:
        return "card_unreadable"
    if not can_be_replayed(body):
        return "facts_missing"
    return None if history.is_known(session, event.site_id, body.revision) else "history_gone"


def _replay(session: UnitOfWork, event: AccessEvent, body: AccessDecided, lanes: Mapping[str, str]) -> Replay:
    state = history.state_at(session, event.site_id, body.revision, body.credential_hash)
    return replay(body, state.rows, int(event.occurred_at.timestamp()), lanes)


def _decide_now(session: UnitOfWork, event: AccessEvent, body: AccessDecided, lanes: Mapping[str, str]) -> Explanation:
    revision = desired_state.head(session, event.site_id).revision
    state = history.state_at(session, event.site_id, revision, body.credential_hash)
    return decide_now(body, state.rows, revision, now_s=int(session.now.timestamp()), lane_names=lanes)
