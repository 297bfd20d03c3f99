"""Rows applied by deltas to a club of 120,000 members: signature, decoding, the store's transaction and its sync."""

import argparse
import asyncio
import random
import tempfile
import time
from pathlib import Path

from gateway.adapters.store_sqlite.store import GatewayStore
from sync_protocol.codec import encode_message, parse_message
from sync_protocol.messages import Delta
from sync_protocol.signing import SiteSigner, SiteVerifier
from sync_protocol.topics import down_topic
from tests.benchmarks.report import Report, percentile
from tests.desired_state import DesiredState, club, flag_row, load, member_rows
from tests.fake_clock import FakeClock

TARGET_ROWS_PER_S = 20_000.0
SIGNER = SiteSigner(bytes(range(32)))
TOPIC = down_topic("sit_a", "gwy_a", "delta")
SEED = 20_261_121


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--members", type=int, default=120_000, metavar="N", help="each with a card and a contract")
    parser.add_argument("--deltas", type=int, default=300, metavar="N")
    parser.add_argument("--rows", type=int, default=200, metavar="N", help="rows in a delta (200, the cloud's limit)")


def run(arguments: argparse.Namespace) -> Report:
    with tempfile.TemporaryDirectory(prefix="tornello-delta-") as folder:
        return asyncio.run(_measure(Path(folder), arguments))


async def _measure(folder: Path, arguments: argparse.Namespace) -> Report:
    rng = random.Random(SEED)
    state = club(arguments.members)
    async with GatewayStore.open(folder, FakeClock()) as store:
        await load(store.state, state)
        # What the cloud sends is made beforehand; only the gateway's side is measured.
        signed = [_signed_delta(state, arguments, rng) for _ in range(arguments.deltas)]
        verifier = SiteVerifier({SIGNER.key_id: SIGNER.public_key})
        took: list[float] = []
        cpu_s = time.process_time()
        for data in signed:
            started = time.perf_counter()
            delta = parse_message(verifier.open(TOPIC, data), "down", "delta")
            assert isinstance(delta, Delta), "only deltas were signed"
            assert await store.state.apply_delta(delta), "each fits on the one before"
            took.append(time.perf_counter() - started)
        cpu_s = time.process_time() - cpu_s
    figures = {
        "rows_per_s": arguments.deltas * arguments.rows / sum(took),
        "rows_per_cpu_s": arguments.deltas * arguments.rows / cpu_s,
        "p50_ms": percentile(took, 0.5) * 1000,
        "p99_ms": percentile(took, 0.99) * 1000,
        "rows_per_delta": float(arguments.rows),
        "members": float(arguments.members),
    }
    target = {"rows_per_s": TARGET_ROWS_PER_S}
    return Report("delta", figures, target, higher_is_better=frozenset(target))


def _signed_delta(state: DesiredState, arguments: argparse.Namespace, rng: random.Random) -> bytes:
    """Changes of members all over the club: half of the rows are contracts, a tenth new flags, the rest cards."""
    numbers = rng.sample(range(arguments.members), arguments.rows)
    tenth = arguments.rows // 10
    before = state.revision
    flags = [flag_row(state.revision * 1000 + index, number) for index, number in enumerate(numbers[:tenth])]
    contracts = [member_rows(number, visits_left=rng.randrange(50))[1] for number in numbers[tenth : 6 * tenth]]
    cards = [member_rows(number)[0] for number in numbers[6 * tenth :]]
    state.put(*flags, *contracts, *cards)
    return SIGNER.sign(TOPIC, encode_message(state.delta(before)))
