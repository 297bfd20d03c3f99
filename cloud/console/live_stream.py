"""The console's one event stream (`GET /stream`, server-sent events): what happens at the gates while staff look.

`access` carries a finished row of the feed and is numbered, so that a browser resumes behind the last it saw;
`gateway`, `flag`, `alarm`, `presence` and `task` only say that something changed, and the page fetches that part anew.
So it does at `listening`: nobody else tells what changed between the making of the page and this word. One watcher
looks at the database for all browsers of this process, when woken and at least once a second; nobody watching, nothing
is read. Everybody hears what their permissions let them see (`hearing`).
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import ExitStack, aclosing, contextmanager
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Final

from anyio.to_thread import run_sync
from fastapi import APIRouter, Header, Query, Request
from starlette.datastructures import State

from cloud.access_events import feed_rows, journal_faults, service
from cloud.access_events.feed_rows import FeedChange, FeedRow, Passage
from cloud.access_events.lane_news import LaneNews
from cloud.access_events.repository import EventFilter
from cloud.alarms import service as alarms
from cloud.api import AppDatabase
from cloud.console.hearing import TAPS, hearing_of
from cloud.console.rendering import render_text
from cloud.console.viewer import CurrentViewer, Viewer
from cloud.database import Database, UnitOfWork
from cloud.desired_state import service as desired_state
from cloud.event_stream import STREAM_LIFE, EventStream
from cloud.gate_commands import service as gate_commands
from cloud.gateway_health import service as gateway_health
from cloud.kit.storable import NUMBER_MAX
from cloud.plain_rows import VISIBLE_SITES
from cloud.sites import service as sites
from cloud.staff.site_rights import visible_sites
from cloud.tasks import history as task_history

WAKE_TOPICS: Final = ("access_events", "gateways", "desired_state", "alarms", "gate_commands", "tasks")
LOOK_EVERY_S: Final = 1.0
SETTLE_S: Final = 0.02
KEEP_ALIVE_S: Final = 15.0
QUEUE_MAX: Final = 200
REPLAY_MAX: Final = 100
TASK_LINES: Final = 200
TASKS_TOLD_MAX: Final = 50
"""Of so many tasks that changed between two looks each is named; of more it is only said that some did."""

_SHOWN_AS: Final = {FeedRow: ("access", "row"), LaneNews: ("access", "lane_row"), Passage: ("passage", "passage")}
"""The event of the stream and the template of each change."""

router = APIRouter()
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened: a tap or what became of it, or the name of what changed."""

    kind: str
    subject: str = ""
    tap: FeedChange | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """What one look at the database saw."""

    newest_id: int
    taps: Sequence[FeedChange]
    gateways: dict[str, tuple[Any, ...]]
    heads: dict[str, int]
    alarms: tuple[str, int] = ("", 0)
    task_lines: Mapping[str, str] = field(default_factory=dict)


class Watcher:
    """Looks at the database while somebody listens, and tells every listener what changed.

    A listener's queue is bounded; one that falls behind is let go, and its browser comes back and resumes.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queues: set[asyncio.Queue[Change | None]] = set()
        self._task: asyncio.Task[None] | None = None
        self._has_looked = asyncio.Event()

    async def listen(self) -> AsyncGenerator[Change, None]:
        """`listening` once nothing can be missed any more, then every change; `keep_alive` where there was none."""
        queue: asyncio.Queue[Change | None] = asyncio.Queue(QUEUE_MAX)
        self._queues.add(queue)
        if self._task is None or self._task.done():
            self._has_looked.clear()
            self._task = asyncio.create_task(self._watch(), name="console watcher")
        try:
            await self._has_looked.wait()
            yield Change("listening")
            while True:
                try:
                    async with asyncio.timeout(KEEP_ALIVE_S):
                        change = await queue.get()
                except TimeoutError:
                    change = Change("keep_alive")
                if change is None:
                    return
                yield change
        finally:
            self._queues.discard(queue)

    async def _watch(self) -> None:
        try:
            with ExitStack() as stack:
                subscriptions = [stack.enter_context(self._database.wakeups.subscribe(topic)) for topic in WAKE_TOPICS]
                before = await run_sync(look, self._database, None)
                self._has_looked.set()
                while self._queues:
                    await _any_wake(subscriptions)
                    seen = await run_sync(look, self._database, before.newest_id)
                    for change in changes_between(before, seen):
                        self._tell(change)
                    before = seen
        except Exception:
            logger.exception("cannot look at the database; the browsers will come back")
        finally:
            self._has_looked.set()
            for queue in tuple(self._queues):
                self._let_go(queue)

    def _tell(self, change: Change) -> None:
        for queue in tuple(self._queues):
            try:
                queue.put_nowait(change)
            except asyncio.QueueFull:
                self._let_go(queue)

    def _let_go(self, queue: asyncio.Queue[Change | None]) -> None:
        self._queues.discard(queue)
        if queue.full():
            queue.get_nowait()
        queue.put_nowait(None)


async def _any_wake(subscriptions: Sequence[Any]) -> None:
    waits = [asyncio.create_task(subscription.wait(LOOK_EVERY_S)) for subscription in subscriptions]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.sleep(SETTLE_S)  # a commit wakes several topics, and bursts come close together
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)


def look(database: Database, after_id: int | None) -> Sight:
    """One look: the taps behind event `after_id` (none for None), the state of gateways and heads."""
    with database.session() as session:
        taps: Sequence[FeedChange] = ()
        if after_id is None:
            newest_id = service.newest_id(session)
        else:
            taps, newest_id = feed_rows.news(session, after_id=after_id, limit=QUEUE_MAX)
        commanded_at = gate_commands.last_changes(session)
        healths = gateway_health.last_findings(session)
        faults = journal_faults.counts(session)
        gateways = {
            gateway.id: (
                sites.is_connected(gateway, session.now),
                gateway.applied_revision,
                gateway.clock,
                gateway.boot_id,
                gateway.outbox_first_seq == gateway.outbox_next_seq,
                gateway.readers,
                commanded_at.get(gateway.id),
                healths.get(gateway.id),
                faults.get(gateway.id),
            )
            for gateway in sites.list_gateways(session)
        }
        waiting = (alarms.newest_id(session), alarms.count_urgent(session))
        task_lines = task_history.newest(session, TASK_LINES)
        return Sight(newest_id, taps, gateways, desired_state.heads(session), waiting, task_lines)


def changes_between(before: Sight, seen: Sight) -> list[Change]:
    """What to tell about the difference of two looks."""
    changes = [Change("access", tap=tap) for tap in seen.taps]
    ids = before.gateways.keys() | seen.gateways.keys()
    changed = sorted(key for key in ids if before.gateways.get(key) != seen.gateways.get(key))
    changes += [Change("gateway", key) for key in changed]
    if before.heads != seen.heads and not changed:
        changes.append(Change("gateway"))
    # How far a flag is follows from the head, and from what each gateway applied and whether it is there.
    if before.heads != seen.heads or any(
        before.gateways.get(key, ())[:2] != seen.gateways.get(key, ())[:2] for key in changed
    ):
        changes.append(Change("flag"))
    if before.alarms != seen.alarms:
        changes.append(Change("alarm"))
    if before.newest_id != seen.newest_id:
        changes.append(Change("presence"))
    return changes + _changed_tasks(before, seen)


def _changed_tasks(before: Sight, seen: Sight) -> list[Change]:
    """Ids and not the newest one alone: of two transactions the one that began later may end first."""
    fresh = seen.task_lines.keys() - before.task_lines.keys()
    tasks = sorted({seen.task_lines[line] for line in fresh})
    if len(fresh) == TASK_LINES or len(tasks) > TASKS_TOLD_MAX:
        return [Change("task")]
    return [Change("task", each) for each in tasks]


@router.get("/stream")
async def stream(
    request: Request,
    database: AppDatabase,
    viewer: CurrentViewer,
    *,
    after: Annotated[int, Query(ge=0, lt=2**63)] = 0,
    last_event_id: Annotated[str, Header(max_length=20)] = "",
) -> EventStream:
    """The stream. `Last-Event-ID` (a browser that comes back) counts before `after` (where the page stood)."""
    resume = min(int(last_event_id), NUMBER_MAX) if last_event_id.isdecimal() else after
    watcher = _watcher_of(request, database)
    return EventStream(request, viewer.signed_in.session_id, messages_for(watcher, database, viewer, resume))


def _watcher_of(request: Request, database: Database) -> Watcher:
    state = request.app.state
    if not hasattr(state, "console_watcher"):
        state.console_watcher = Watcher(database)
    watcher: Watcher = state.console_watcher
    return watcher


async def messages_for(watcher: Watcher, database: Database, viewer: Viewer, after: int) -> AsyncGenerator[str, None]:
    """The lines of the stream to one browser, until `STREAM_LIFE` is over."""
    hearing = hearing_of(viewer.signed_in.rights)
    has_feed = TAPS in hearing.kinds
    async with aclosing(watcher.listen()) as changes:
        async for change in changes:
            now = database.clock()
            if now - viewer.now > STREAM_LIFE:
                return
            taps: Sequence[FeedChange] = ()
            if change.kind == "listening":
                yield "retry: 2000\n\nevent: listening\ndata: \n\n"
                taps = await run_sync(_replay, database, viewer, after) if has_feed else ()
            elif change.kind == "keep_alive":
                yield ": still here\n\n"
            elif change.tap is None and change.kind in hearing.kinds:
                yield f"event: {change.kind}\ndata: {change.subject if change.kind in hearing.named else ''}\n\n"
            elif change.tap is not None and has_feed and change.tap.event_id > after:
                is_whole = TAPS in hearing.named
                taps = [change.tap] if is_whole else await run_sync(_as_seen, database, viewer, change.tap.event_id)
                after = change.tap.event_id
            for tap in taps:
                after = max(after, tap.event_id)
                yield _tap_message(replace(viewer, now=now), tap)


def _replay(database: Database, viewer: Viewer, after: int) -> Sequence[FeedChange]:
    """What a browser missed; of a long absence only the newest, the page's own list has the rest."""
    with _reading(database, viewer) as session:
        newest = service.page(session, EventFilter(), before_id=None, limit=REPLAY_MAX)
        floor = newest[-1].id - 1 if newest else 0
        return feed_rows.news(session, after_id=max(after, floor), limit=REPLAY_MAX)[0]


def _as_seen(database: Database, viewer: Viewer, event_id: int) -> Sequence[FeedChange]:
    """An event as somebody sees it who sees some sites alone; nothing if it is of another."""
    with _reading(database, viewer) as session:
        found = feed_rows.news(session, after_id=event_id - 1, limit=1)[0]
    return [each for each in found if each.event_id == event_id]


@contextmanager
def _reading(database: Database, viewer: Viewer) -> Iterator[UnitOfWork]:
    with database.session() as session:
        session.info[VISIBLE_SITES] = State({VISIBLE_SITES: visible_sites(viewer.signed_in.rights, "access.read")})
        yield session


def _tap_message(viewer: Viewer, tap: FeedChange) -> str:
    kind, template = _SHOWN_AS[type(tap)]
    html = render_text(viewer, f"access_events/{template}.html", row=tap)
    lines = "\n".join(f"data: {line}" for line in html.splitlines() if line.strip())
    return f"id: {tap.event_id}\nevent: {kind}\n{lines}\n\n"
