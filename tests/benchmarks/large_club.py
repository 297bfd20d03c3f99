"""A club of many members written in bulk: what the services would have written, without their audit log.

Names come from syllables, Latin and Cyrillic, so that a search finds a few dozen or one, as in a real city. Repeatable.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any, Final

from sqlalchemy import insert, update

from cloud.access_events.models import AccessEvent
from cloud.contracts.models import Contract
from cloud.credentials.models import Credential
from cloud.credentials.policy import canonical_wiegand26, printed_number
from cloud.database import Database, UnitOfWork
from cloud.desired_state import rows
from cloud.desired_state.models import DesiredRow, StateHead
from cloud.members import policy
from cloud.members.models import Member
from cloud.sites.models import Site
from sync_protocol.digest import Digest
from sync_protocol.state_rows import StateRow, encode_row, row_key
from tests.club import Club

_AT_ONCE: Final = 5_000
_NOW: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)
_FIRST: Final = (
    "Giulia",
    "Marco",
    "Sofia",
    "Niccolò",
    "Chiara",
    "Zoë",
    "Анна",
    "Иван",
    "Алёна",
    "Пётр",
    "Ольга",
    "Юрий",
)
_LATIN: Final = ("ros", "bian", "fer", "ra", "co", "lom", "man", "tel", "vi", "sca", "der", "mo")
_CYRILLIC: Final = ("ива", "пет", "соко", "лебе", "коз", "нови", "моро", "щерба", "куз", "попо", "василь", "федо")


@dataclass(frozen=True)
class LargeClub:
    """The club, and the plain facts of its members that a search goes by."""

    club: Club
    member_ids: list[str]
    last_names: list[str]
    phones: list[str]
    cards: list[str]


def write_large_club(database: Database, *, members: int, events: int = 0) -> LargeClub:
    """Found a club with so many members, each with a card and a contract, and so many access events of one gateway."""
    club = Club.found(database)
    large = LargeClub(club, [], [], [], [])
    chance = random.Random(2026)
    names = list(_last_names())
    with database.transaction() as session:
        site = session.get_one(Site, club.site_id)
        head = session.get_one(StateHead, club.site_id)
        digest = Digest(head.digest)
        for numbers in _batches(members):
            made = [_make(site, number, chance, names, large) for number in numbers]
            _write(session, site, made, digest)
        values = {"revision": head.revision + 1, "digest": digest.to_bytes()}
        session.execute(update(StateHead).where(StateHead.site_id == site.id).values(**values))
    if events:
        _write_events(large, events, chance)
    return large


@dataclass(frozen=True)
class _Made:
    member: Member
    credential: Credential
    contract: Contract


def _make(site: Site, number: int, chance: random.Random, names: list[str], large: LargeClub) -> _Made:
    first_name, last_name = chance.choice(_FIRST), chance.choice(names)
    phone = f"+393{number:09d}"
    canonical = canonical_wiegand26(number >> 16, number & 0xFFFF)
    common = {"created_at": _NOW, "changed_at": _NOW}
    member = Member(
        id=f"mem_{number:020d}",
        site_id=site.id,
        first_name=first_name,
        last_name=last_name,
        locale=chance.choice(("en", "it", "ru")),
        email=f"m{number}@club.example",
        phone=phone,
        note="",
        role="member",
        state="client",
        card_status="",
        black_list_reason="",
        card_numbers=printed_number(canonical),
        sort_name=policy.sort_name(first_name, last_name),
        search_text=policy.search_text(
            f"{first_name} {last_name} {first_name}", f"m{number}@club.example", phone, [printed_number(canonical)]
        ),
        **common,
    )
    credential = Credential(
        id=f"crd_{number:020d}",
        member_id=member.id,
        site_id=site.id,
        kind="wiegand26",
        canonical=canonical,
        label="",
        status="active",
        pin_hashes={},
        **common,
    )
    starts_on = date(2026, 1, 1) + timedelta(days=chance.randrange(300))
    contract = _year(f"ctr_{number:020d}", member.id, starts_on)
    large.member_ids.append(member.id)
    large.last_names.append(last_name)
    large.phones.append(phone)
    large.cards.append(printed_number(canonical))
    return _Made(member, credential, contract)


def _year(contract_id: str, member_id: str, starts_on: date) -> Contract:
    ends_on = starts_on + timedelta(days=364)
    return Contract(
        id=contract_id,
        member_id=member_id,
        plan_name="Year",
        kind="fixed_term",
        starts_on=starts_on,
        ends_on=ends_on,
        fee_until=ends_on,
        use_until=ends_on,
        grace_days=0,
        extra_expiry_days=0,
        visits_used=0,
        needs_booking=False,
        guests_per_day=0,
        price_minor=0,
        currency="EUR",
        block_after_days=7,
        is_renewing=False,
        freezes=[],
        created_at=_NOW,
        changed_at=_NOW,
    )


def _write(session: UnitOfWork, site: Site, made: list[_Made], digest: Digest) -> None:
    session.execute(insert(Member), [_columns(each.member) for each in made])
    session.execute(insert(Credential), [_columns(each.credential) for each in made])
    session.execute(insert(Contract), [_columns(each.contract) for each in made])
    state: list[dict[str, Any]] = []
    for each in made:
        wanted: tuple[StateRow, ...] = (
            rows.entitlement_row(each.member, [each.contract], [], site),
            rows.credential_row(each.credential, site),
        )
        for row in wanted:
            key, body = row_key(row), encode_row(row)
            digest.add(key, body)
            state.append(
                {
                    "site_id": site.id,
                    "key": key,
                    "member_id": each.member.id,
                    "body": body,
                    "revision": 2,
                    "is_deleted": False,
                }
            )
    session.execute(insert(DesiredRow), state)


def _write_events(large: LargeClub, count: int, chance: random.Random) -> None:
    """Taps and rotations in turn, ten seconds apart, back from now."""
    gateway_id = large.club.add_gateway(large.club.add_lane())
    with large.club.database.transaction() as session:
        for numbers in _batches(count):
            session.execute(insert(AccessEvent), [_event(large, gateway_id, n, count, chance) for n in numbers])


def _event(large: LargeClub, gateway_id: str, number: int, count: int, chance: random.Random) -> Mapping[str, Any]:
    occurred_at = _NOW - timedelta(seconds=10 * (count - number))
    is_tap = number % 2 == 0
    return {
        "site_id": large.club.site_id,
        "gateway_id": gateway_id,
        "lane_id": "lan_1",
        "journal_epoch": "epoch",
        "seq": number,
        "kind": "access_decided" if is_tap else "access_taken",
        "occurred_at": occurred_at,
        "received_at": occurred_at,
        "is_history": False,
        "boot_id": "boot",
        "monotonic_ms": number * 10_000,
        "clock": "synced",
        "tap_id": f"tap-{number // 2}",
        "direction": "in",
        "member_id": chance.choice(large.member_ids),
        "outcome": "allow" if is_tap else None,
        "reason": "granted" if is_tap else None,
        "rule": "contract" if is_tap else None,
        "text": "",
        "revision": 2,
        "is_chain_intact": True,
        "body": {"event": "access_decided" if is_tap else "access_taken", "tap_id": f"tap-{number // 2}"},
    }


def _batches(count: int) -> Iterator[range]:
    for start in range(0, count, _AT_ONCE):
        yield range(start, min(count, start + _AT_ONCE))


def _columns(entity: Any) -> dict[str, Any]:
    return {column.key: getattr(entity, column.key) for column in entity.__table__.columns}


def _last_names() -> Iterator[str]:
    for syllables, ending in ((_LATIN, "i"), (_CYRILLIC, "в")):
        yield from ("".join(three).capitalize() + ending for three in product(syllables, repeat=3))
