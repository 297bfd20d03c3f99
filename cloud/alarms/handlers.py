"""What alarms do when something happens elsewhere."""

from datetime import timedelta
from typing import Final

from access_policy.decision import Signal
from cloud.alarms import service
from cloud.alarms.service import Scene
from cloud.database import UnitOfWork
from cloud.domain_events import CopySuspected, JournalBroken, LaneInTrouble, SignalsRaised

COPY_WITHIN: Final = timedelta(minutes=2)
"""Between the tap that a gateway signals and the passage that follows, with room for clocks that differ."""

UNTIL_SEEN: Final = service.KEPT_FOR
"""What is wrong with a journal stays wrong."""


def sound_signals(session: UnitOfWork, event: SignalsRaised) -> None:
    """Call staff for what a gateway signals."""
    scene = Scene(event.site_id, event.gateway_id, event.lane_id, event.member_id, event.at, event.event_id)
    service.sound(session, scene, event.signals)


def sound_lane(session: UnitOfWork, event: LaneInTrouble) -> None:
    """Call staff to a lane."""
    service.sound_lane(session, Scene(event.site_id, event.gateway_id, event.lane_id, None, event.at), event.state)


def sound_copy(session: UnitOfWork, event: CopySuspected) -> None:
    """Call staff for a card that went through two gateways at once, unless the second one has noticed it at the tap."""
    scene = Scene(event.site_id, event.gateway_id, event.lane_id, event.member_id, event.at)
    service.sound_once(session, scene, Signal.COPIED_CREDENTIAL, within=COPY_WITHIN)


def sound_journal(session: UnitOfWork, event: JournalBroken) -> None:
    """Call staff to a gateway whose journal was altered or has lost events; once, until somebody has seen it."""
    scene = Scene(event.site_id, event.gateway_id, event.lane_id, None, event.at)
    service.sound_lane(session, scene, "journal_broken", within=UNTIL_SEEN)
