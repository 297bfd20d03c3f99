"""One change about a member until its revision is committed, in a large club: the projection and all around it.

Four kinds of change in turn: a member's name, a flag raised, the flag cleared, a contract's grace days. How busy the
machine is otherwise is told by a bare update of one row in the same run, and by the processor time of a change.
"""

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import update

from cloud import bus
from cloud.contracts import service as contracts
from cloud.database import Database
from cloud.desired_state import service as desired_state
from cloud.members import service as members
from cloud.members.models import Member
from cloud.migrations import upgrade_database
from tests.benchmarks.large_club import (
    SITES,
    LargeClub,
    add_club_arguments,
    open_club,
    read_large_club,
    write_large_club,
)
from tests.benchmarks.report import Report, percentile

TARGET_P99_MS: Final = 10.0
Samples = dict[str, list[float]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_club_arguments(parser)
    parser.add_argument("--rounds", type=int, default=300, help="rounds of four changes (300)")
    parser.add_argument("--database-url", help="an empty database to be seeded, instead of SQLite in a file")


def run(arguments: argparse.Namespace) -> Report:
    with _opened(arguments) as database:
        try:
            large = read_large_club(database)
            _measure(large, rounds=20)  # the statements are compiled once
            started = time.process_time()
            samples = _measure(large, rounds=arguments.rounds)
            cpu_s = time.process_time() - started
        finally:
            database.close()
    bare = samples.pop("bare_update")
    changes = [each for kind in samples.values() for each in kind]
    figures = {
        "p50_ms": percentile(changes, 0.5),
        "p95_ms": percentile(changes, 0.95),
        "p99_ms": percentile(changes, 0.99),
        "cpu_mean_ms": cpu_s * 1000 / len(changes),
        **{f"{kind}_p99_ms": percentile(each, 0.99) for kind, each in samples.items()},
        "bare_update_p50_ms": percentile(bare, 0.5),
        "bare_update_p99_ms": percentile(bare, 0.99),
        "ratio_to_bare_update": percentile(changes, 0.5) / percentile(bare, 0.5),
        "members": float(large.members),
    }
    return Report("projection", figures, {"p99_ms": TARGET_P99_MS})


@contextmanager
def _opened(arguments: argparse.Namespace) -> Iterator[Database]:
    if arguments.database_url:
        database = Database(arguments.database_url, dispatch=bus.dispatch)
        upgrade_database(database)
        write_large_club(database, members=arguments.members, visits=arguments.visits, sites=SITES)
        yield database
    else:
        with open_club(arguments) as place:
            yield Database(place.url, dispatch=bus.dispatch)


def _measure(large: LargeClub, *, rounds: int) -> Samples:
    samples: Samples = {}
    at_home = [place for place, site_id in enumerate(large.home_site_ids) if site_id == large.club.site_id]
    for number in range(rounds):
        place = at_home[number * 7919 % len(at_home)]
        _change_all(large, large.member_ids[place], large.contract_ids[place], samples)
    return samples


def _change_all(large: LargeClub, member_id: str, contract_id: str, samples: Samples) -> None:
    club, actor, flag_id = large.club, large.club.actor, ""
    name = f"Anna {time.monotonic_ns()}"
    with _Watch(large, samples, "bare_update", revisions=0), club.database.transaction() as session:
        session.execute(update(Member).where(Member.id == member_id).values(note=name))
    with _Watch(large, samples, "member"), club.database.transaction() as session:
        members.change(session, actor, member_id, {"first_name": name})
    with _Watch(large, samples, "flag_raised"), club.database.transaction() as session:
        flag_id = club.block(session, member_id)
    with _Watch(large, samples, "flag_cleared"), club.database.transaction() as session:
        club.clear(session, flag_id)
    with _Watch(large, samples, "contract"), club.database.transaction() as session:
        grace_days = contracts.get(session, contract_id).grace_days
        contracts.change(session, actor, contract_id, {"grace_days": (grace_days + 1) % 300})


class _Watch:
    """Measures a block, and checks that it moved the head by so many revisions."""

    def __init__(self, large: LargeClub, samples: Samples, kind: str, *, revisions: int = 1) -> None:
        self._club = large.club
        self._samples = samples.setdefault(kind, [])
        self._expected = self._head() + revisions

    def __enter__(self) -> None:
        self._started = time.perf_counter()

    def __exit__(self, *_failure: object) -> None:
        self._samples.append((time.perf_counter() - self._started) * 1000)
        assert self._head() == self._expected, "the change has not reached the state"

    def _head(self) -> int:
        with self._club.database.session() as session:
            return desired_state.head(session, self._club.site_id).revision
