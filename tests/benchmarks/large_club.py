"""The seeded club (`tornello-cloud seed`) with the plain facts of its members that a benchmark goes by."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from cloud.audit.service import Actor
from cloud.contracts.models import Contract
from cloud.credentials.models import Credential
from cloud.credentials.policy import printed_number
from cloud.database import Database
from cloud.members.models import Member
from cloud.seeding import service as seeding
from cloud.seeding.framework import OWNER_EMAIL
from cloud.staff.models import Staff
from tests.club import SECRET, Club

EMAIL: Final = OWNER_EMAIL
PASSWORD: Final = "only for this benchmark"


@dataclass(frozen=True)
class LargeClub:
    """The club at its first site, and all who have a card and a contract, each with the newest one."""

    club: Club
    member_ids: list[str]
    contract_ids: list[str]
    last_names: list[str]
    phones: list[str]
    cards: list[str]


def write_large_club(database: Database, *, members: int, visits: int = 0, sites: int = 1) -> LargeClub:
    """Seed a club of so many members; with one site everybody's rows are in one state."""
    order = seeding.Order(members=members, visits=visits, sites=sites)
    done = seeding.seed(database, order, secret=SECRET, password=PASSWORD, tell=_tell_nobody)
    large = LargeClub(Club(database, done.site_ids[0], _owner(database)), [], [], [], [], [])
    query = (
        select(Member.id, Contract.id, Member.last_name, Member.phone, Credential.canonical)
        .join(Contract, Contract.member_id == Member.id)
        .join(Credential, Credential.member_id == Member.id)
        .order_by(Member.id, Contract.starts_on)
    )
    with database.session() as session:
        newest = {row[0]: row for row in session.execute(query)}
    for member_id, contract_id, last_name, phone, canonical in newest.values():
        large.member_ids.append(member_id)
        large.contract_ids.append(contract_id)
        large.last_names.append(last_name)
        large.phones.append(phone or "")
        large.cards.append(printed_number(canonical))
    return large


def _owner(database: Database) -> Actor:
    with database.session() as session:
        return Actor("staff", session.scalars(select(Staff.id).where(Staff.email == EMAIL)).one())


def _tell_nobody(_done: int, _total: int, _what: str) -> None:
    """A benchmark prints its figures alone."""
