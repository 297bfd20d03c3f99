"""Taps of cards that exist nowhere, through the real store and the real decision path, with no hardware behind it.

A program that was just installed shows here that it can decide: its store takes a state, finds a member in it, lets
them in, stops whom staff have blocked, and refuses a stranger.
"""

import functools
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from gateway.adapters.clock_system import SystemClock
from gateway.adapters.store_sqlite.store import GatewayStore
from gateway.domain.access_point import AccessPoint
from gateway.service.card_tap import Knowledge
from gateway.service.dry_tap import READER, DryTap, WrongDecisionError
from gateway.service.ports import CodePresented
from gateway.texts.catalogue import load_catalogue
from sync_protocol.credential_hash import KEY_BYTES, hash_credential, hash_pin
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
EXPECTED: Final[Mapping[str, str]] = {
    "member": "granted",
    "blocked": "flagged_by_staff",
    "stranger": "credential_not_found",
}
"""How each card must be answered."""
_KEY: Final = bytes(KEY_BYTES)


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
        knowledge = Knowledge(
            state=store.gate_reader,
            presence=store.journal.presence,
            clock=clock,
            catalogue=load_catalogue(),
            hash_credential=functools.partial(hash_credential, _KEY),
            hash_pin=functools.partial(hash_pin, _KEY),
        )
        tap = DryTap(knowledge, store.journal)
        return max(_present(tap, card, reason) for card, reason in EXPECTED.items())


def _present(tap: DryTap, card: str, expected: str) -> int:
    begun = time.perf_counter_ns()
    answer = tap.present(CodePresented(READER, card.encode(), time.monotonic()), AccessPoint(LANE, "in"))
    took_us = (time.perf_counter_ns() - begun) // 1000
    reason = str(answer.record["reason"])
    if reason != expected or bool(answer.would_unlock) != (expected == "granted"):
        raise WrongDecisionError(f"the {card} was answered {reason}, expected {expected}")
    return took_us


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
