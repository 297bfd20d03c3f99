"""Taps of cards that exist nowhere, through the real store and the real decision path, with no hardware behind it.

A program that was just installed shows here that it can decide: its store takes a state, finds a member in it, lets
them in, stops whom staff have blocked, and refuses a stranger.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from access_policy.decision import Reason
from gateway.adapters.clock_system import SystemClock
from gateway.adapters.store_sqlite.store import GatewayStore
from gateway.domain.access_point import AccessPoint, Direction, ReaderKey
from gateway.domain.feedback import Feedback
from gateway.domain.lane_inputs import LaneInput
from gateway.domain.turnstile import LaneState
from gateway.service.card_tap import CardTap, GateParts, Knowledge
from gateway.service.display import DisplaySettings
from gateway.service.passage import Grant, GrantEnd, LanePassages, LaneTiming
from gateway.service.pin_collection import PinCollection
from gateway.service.ports import CodePresented, ReaderListener
from gateway.service.reader_feedback import ReaderFeedback, ReaderPlace
from gateway.texts.catalogue import load_catalogue
from sync_protocol.credential_hash import KEY_BYTES, hash_credential
from sync_protocol.digest import Digest
from sync_protocol.messages import SnapshotChunk
from sync_protocol.state_rows import (
    CredentialRow,
    EntitlementRow,
    EntitlementWindow,
    FlagRow,
    SiteRow,
    StateRow,
    encode_row,
    row_key,
)

DAY_S: Final = 86_400
LANE: Final = "lan_self_test"
READER: Final = ReaderKey("self-test")
EXPECTED: Final[Mapping[str, str]] = {
    "member": Reason.GRANTED,
    "blocked": Reason.FLAGGED_BY_STAFF,
    "stranger": Reason.CREDENTIAL_NOT_FOUND,
}
"""How each card must be answered."""
_KEY: Final = bytes(KEY_BYTES)


class WrongDecisionError(Exception):
    """A synthetic tap was answered as it must not be; the text names it."""


async def decide_synthetic_taps(folder: Path) -> int:
    """Bring a small state in force in an empty `folder`, tap three cards, and return the longest tap in microseconds.

    Raises:
        WrongDecisionError: a member was refused, or somebody else was let in.
    """
    clock = SystemClock()
    async with GatewayStore.open(folder, clock) as store:
        now_s = clock.wall_ms() // 1000
        if not await store.state.stage_chunk(_snapshot(now_s)):
            raise WrongDecisionError("a state with a correct digest was not taken")
        await store.state.note_contact(now_s)
        lane, records = _WallLane(), _Records()
        tap = _build_tap(store, clock, lane, records)
        longest_us = max(_present(tap, card) for card in EXPECTED)
        await store.journal.flushed()
        answers = dict(zip(EXPECTED, (str(record["reason"]) for record in records.taken), strict=True))
        if answers != EXPECTED or lane.unlocked != ["in"]:
            raise WrongDecisionError(f"answered {answers} and unlocked {lane.unlocked}, expected {dict(EXPECTED)}")
        return longest_us


def _present(tap: CardTap, card: str) -> int:
    begun = time.perf_counter_ns()
    tap.handle_card(CodePresented(READER, card.encode(), time.monotonic()))
    return (time.perf_counter_ns() - begun) // 1000


def _build_tap(store: GatewayStore, clock: SystemClock, lane: "_WallLane", records: "_Records") -> CardTap:
    timers, catalogue, journal = asyncio.get_running_loop(), load_catalogue(), store.journal
    place = ReaderPlace(READER, AccessPoint(LANE, "in"), DisplaySettings(), _NoWire())
    feedback = ReaderFeedback({READER: place}, catalogue)
    passages = LanePassages(lane, LaneTiming(), journal=journal, timers=timers, listener=records)
    parts = GateParts({READER: place}, {LANE: passages}, feedback, PinCollection(timers))
    knowledge = Knowledge(store.gate_reader, clock, catalogue, lambda canonical: hash_credential(_KEY, canonical))
    return CardTap(parts, knowledge, journal=journal, status=records, new_tap_id=lambda: "self-test")


def _snapshot(now_s: int) -> SnapshotChunk:
    window = EntitlementWindow("ctr_self_test", now_s - DAY_S, now_s + 30 * DAY_S)
    rows: list[StateRow] = [SiteRow("sit_self_test", "Self-test", "UTC", "en")]
    for card in ("member", "blocked"):
        rows.append(CredentialRow(hash_credential(_KEY, f"code:{card}"), f"mem_{card}"))
        rows.append(EntitlementRow(f"mem_{card}", card, "en", (window,)))
    rows.append(FlagRow("flg_self_test", "mem_blocked", "manual", "block"))
    digest = Digest()
    for row in rows:
        digest.add(row_key(row), encode_row(row))
    return SnapshotChunk("self-test", 1, 0, 1, digest.root(), tuple(rows))


@dataclass
class _WallLane:
    """A lane with a wall behind it: notes what would have been unlocked."""

    lane_id: str = LANE
    unlocked: list[Direction] = field(default_factory=list)

    def unlock(self, direction: Direction, duration_ms: int) -> None:
        self.unlocked.append(direction)

    def lock(self) -> None:
        """There is no relay."""

    def set_listener(self, listener: Callable[[LaneInput], None]) -> None:
        """There are no inputs."""


class _NoWire:
    """A reader without a wire."""

    async def run(self) -> None:
        """Nothing to serve."""

    def set_listener(self, listener: ReaderListener) -> None:
        """Nobody presents anything."""

    def show(self, reader: ReaderKey, feedback: Feedback) -> None:
        """Nothing shows it."""

    def counters(self, reader: ReaderKey) -> Mapping[str, float | None]:
        """Nothing is counted."""
        return {}


@dataclass
class _Records:
    """Keeps the decisions; who went through does not matter here."""

    taken: list[Mapping[str, object]] = field(default_factory=list)

    def publish(self, record: Mapping[str, object]) -> None:
        self.taken.append(record)

    def grant_ended(self, lane_id: str, grant: Grant, end: GrantEnd) -> None:
        """A wall lets nobody through."""

    def lane_changed(self, lane_id: str, state: LaneState) -> None:
        """Nobody watches."""
