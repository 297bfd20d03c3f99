"""The seeded club (`tornello-cloud seed`) with the plain facts of its members that a benchmark goes by.

To seed it takes minutes: with `--club FILE` it is kept in a file, and used again by the next benchmark.
"""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import func, select

from cloud import bus
from cloud.audit.service import Actor
from cloud.contracts.models import Contract
from cloud.credentials.models import Credential
from cloud.credentials.policy import printed_number
from cloud.database import Database
from cloud.members.models import Member
from cloud.migrations import upgrade_database
from cloud.seeding import service as seeding
from cloud.seeding.framework import OWNER_EMAIL
from cloud.sites import service as sites
from cloud.staff.models import Staff
from tests.club import SECRET, Club

EMAIL: Final = OWNER_EMAIL
PASSWORD: Final = "only for this benchmark"
MEMBERS: Final = 100_000
VISITS: Final = 2_000_000
SITES: Final = 5


@dataclass(frozen=True)
class LargeClub:
    """The club at its first site, its size, and all who have a card and a contract, each with the newest one."""

    club: Club
    members: int
    member_ids: list[str]
    home_site_ids: list[str]
    contract_ids: list[str]
    last_names: list[str]
    phones: list[str]
    cards: list[str]


@dataclass(frozen=True)
class OpenClub:
    """Where the club is, as a database's address, and a folder for what else a benchmark writes."""

    url: str
    folder: Path


def add_club_arguments(parser: argparse.ArgumentParser) -> None:
    """How large the club is, and where it is kept."""
    parser.add_argument("--members", type=int, default=MEMBERS, help=f"members of the club ({MEMBERS})")
    parser.add_argument("--visits", type=int, default=VISITS, help=f"their visits in two years ({VISITS})")
    parser.add_argument("--club", type=Path, metavar="FILE", help="keep the club there, or use the one that is there")


@contextmanager
def open_club(arguments: argparse.Namespace) -> Iterator[OpenClub]:
    """The club that the arguments ask for, seeded now or before, at five sites."""
    with tempfile.TemporaryDirectory(prefix="tornello-") as folder:
        file = (arguments.club or Path(folder) / "tornello.db").absolute()
        is_kept = file.exists()
        database = Database(f"sqlite:///{file}", dispatch=bus.dispatch)
        upgrade_database(database)
        if not is_kept:
            _seed(database, members=arguments.members, visits=arguments.visits, sites=SITES)
        database.close()
        yield OpenClub(f"sqlite:///{file}", Path(folder))


def write_large_club(database: Database, *, members: int, visits: int = 0, sites: int = 1) -> LargeClub:
    """Seed a club of so many members; with one site everybody's rows are in one state."""
    _seed(database, members=members, visits=visits, sites=sites)
    return read_large_club(database)


def read_large_club(database: Database) -> LargeClub:
    """What is known of a club that was seeded."""
    query = (
        select(Member.id, Member.site_id, Contract.id, Member.last_name, Member.phone, Credential.canonical)
        .join(Contract, Contract.member_id == Member.id)
        .join(Credential, Credential.member_id == Member.id)
        .order_by(Member.id, Contract.starts_on)
    )
    with database.session() as session:
        site_id = min(site.id for site in sites.list_sites(session))
        owner = Actor("staff", session.scalars(select(Staff.id).where(Staff.email == EMAIL)).one())
        newest = {row[0]: row for row in session.execute(query)}
        count = session.scalars(select(func.count(Member.id))).one()
    large = LargeClub(Club(database, site_id, owner), count, [], [], [], [], [], [])
    for member_id, home_site_id, contract_id, last_name, phone, canonical in newest.values():
        large.member_ids.append(member_id)
        large.home_site_ids.append(home_site_id)
        large.contract_ids.append(contract_id)
        large.last_names.append(last_name)
        large.phones.append(phone or "")
        large.cards.append(printed_number(canonical))
    return large


def _seed(database: Database, *, members: int, visits: int, sites: int) -> None:
    order = seeding.Order(members=members, visits=visits, sites=sites)
    seeding.seed(database, order, secret=SECRET, password=PASSWORD, tell=_tell_nobody)


def _tell_nobody(_done: int, _total: int, _what: str) -> None:
    """A benchmark prints its figures alone."""
