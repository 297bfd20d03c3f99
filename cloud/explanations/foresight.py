"""Whom would a block stop? The shared policy asked with and without it, at each one's next opening. Pure.

The next opening of somebody is now, if they may come in now, else the first moment of the coming days at which hours
of the site begin and a lane lets them in. Who is let in at none of them is not stopped by the block.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from access_policy.decide import decide
from access_policy.decision import Decision, Reason
from access_policy.flags import Flag
from access_policy.gate_view import GateView
from access_policy.schedule import windows_of_day
from access_policy.site_policy import SitePolicy
from cloud.explanations.replay import quiet_facts

DAYS_AHEAD: Final = 8
_MOMENTS_MAX: Final = 64
Fate = Literal["stopped", "told", "refused_already", "no_card", "untouched"]
"""The block stops them; they only get a message; they are refused anyway; they have no active card; nothing changes."""


@dataclass(frozen=True, slots=True)
class Foresight:
    """What would happen to somebody, when, and why they are refused."""

    fate: Fate
    at: datetime | None = None
    reason: Reason | None = None


def foresee(
    view: GateView, flag: Flag | None, *, replaces: Collection[str], lane_ids: Sequence[str], now_s: int
) -> Foresight:
    """What becomes of the holder of a card if `flag` takes the place of those with the ids `replaces`.

    Args:
        view: the state as it is, with the card.
        flag: what would act; None: nothing.
        replaces: the ids of the flags that act instead of it now, if any.
        lane_ids: the lanes of the site; without any nobody passes.
        now_s: the moment from which on to look.
    """
    assert view.site is not None, "the state tells of a site"
    without = replace(view, flags=tuple(each for each in view.flags if each.flag_id not in replaces))
    with_flag = without if flag is None else replace(without, flags=(*without.flags, flag))
    first: Reason | None = None
    for at_s in moments(view.site, now_s):
        answers = {lane_id: _answer(without, lane_id, at_s) for lane_id in lane_ids}
        open_lanes = [lane_id for lane_id, answer in answers.items() if answer.is_granted]
        if not open_lanes:
            first = first or next((answer.reason for answer in answers.values()), None)
            continue
        return _at_opening([_answer(with_flag, lane_id, at_s) for lane_id in open_lanes], flag, at_s)
    return Foresight("refused_already", reason=first)


def moments(site: SitePolicy, now_s: int) -> Iterator[int]:
    """Now, and then whenever hours of the site begin within the coming days, in order."""
    yield now_s
    wall = site.calendar.wall_time(now_s)
    found: set[int] = set()
    for day in (wall.date() + timedelta(days=number) for number in range(DAYS_AHEAD)):
        for schedule in site.schedules.values():
            for window in windows_of_day(schedule, site.calendar, day):
                midnight = datetime.combine(day, datetime.min.time())
                opens = (midnight + timedelta(minutes=window.from_minute)).replace(tzinfo=site.calendar.zone)
                found.add(int(opens.timestamp()))
    yield from sorted(moment for moment in found if moment > now_s)[:_MOMENTS_MAX]


def _at_opening(answers: Sequence[Decision], flag: Flag | None, at_s: int) -> Foresight:
    """What the lanes that would let in answer with the flag; one that refuses is enough to be stopped."""
    at = datetime.fromtimestamp(at_s, UTC)
    for answer in answers:
        if not answer.is_granted:
            return Foresight("stopped", at, answer.reason)
    is_told = flag is not None and any(flag in answer.flags for answer in answers)
    return Foresight("told" if is_told else "untouched", at)


def _answer(view: GateView, lane_id: str, at_s: int) -> Decision:
    """What a lane answers on the way in, while the cloud is there."""
    return decide(replace(view, last_contact_at=at_s), quiet_facts(lane_id, "in", at_s, "right"))
