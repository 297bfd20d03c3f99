"""The staff of the club: they sell, freeze, revoke, raise and clear, and remember what holds since which revision.

The memory is the simulation's own: it follows from what was done, not from any row of the product.
"""

import random
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cloud.contracts import course
from cloud.contracts.policy import DaySpan
from cloud.credentials import service as credentials
from cloud.credentials.service import CardSpec
from cloud.database import UnitOfWork
from cloud.desired_state import service as desired_state
from cloud.flags import service as flags
from cloud.flags.service import FlagDetails
from cloud.members import service as members
from cloud.members.service import MemberDetails
from tests.club import Club
from tests.simulation.whole.story import Story

STRANGER = 999
"""The number of a card that nobody has."""
_MEMBERS_MAX = 16
_OVER = {"ends_on": date(2026, 10, 15)}
_FROZEN = DaySpan(date(2026, 10, 20), date(2026, 12, 20))


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds for a card: `unlimited` and `packs` are the contracts that may be used now."""

    is_active: bool
    blocking: frozenset[str]
    unlimited: frozenset[str]
    packs: frozenset[str]

    @property
    def is_barred(self) -> bool:
        return not self.is_active or bool(self.blocking) or not (self.unlimited or self.packs)


@dataclass(slots=True)
class Person:
    """A member with one card, as the desk knows them; `history` has what held from each revision on."""

    card: int
    member_id: str
    credential_id: str
    is_active: bool = True
    blocking: set[str] = field(default_factory=set)
    messages: set[str] = field(default_factory=set)
    unlimited: set[str] = field(default_factory=set)
    packs: dict[str, int] = field(default_factory=dict)
    history: list[tuple[int, Standing]] = field(default_factory=list)

    @property
    def standing(self) -> Standing:
        open_packs = frozenset(self.packs)
        return Standing(self.is_active, frozenset(self.blocking), frozenset(self.unlimited), open_packs)


@dataclass(slots=True)
class Memory:
    """`people` by card number; `packs` are the visits bought by contract, also of what is frozen now."""

    people: dict[int, Person] = field(default_factory=dict)
    packs: dict[str, int] = field(default_factory=dict)


class Desk:
    """`memory` is what it knows already; a new one has to `open`."""

    def __init__(self, club: Club, rng: random.Random, story: Story, *, memory: Memory | None = None) -> None:
        self._club = club
        self._rng = rng
        self._story = story
        self.memory = memory or Memory()
        self.people, self.packs = self.memory.people, self.memory.packs

    def open(self) -> None:
        """The first members, all kinds of them."""
        with self._club.database.transaction() as session:
            people = [self._enrol(session) for _ in range(8)]
            for person in people[:3]:
                self._sell(session, person)
            for person in people[3:6]:
                self._sell_pack(session, person)
            self._club.add_contract(session, people[6].member_id, **_OVER)
            self._sell(session, people[7])
            self._freeze(session, people[7])
        self._remember(people)

    def act(self) -> None:
        """One thing of a day's work, as one request to the cloud would do it."""
        weighted: list[tuple[Callable[[UnitOfWork, Person], None], int]] = [
            (self._block, 6),
            (self._clear, 6),
            (self._say, 2),
            (self._freeze, 2),
            (self._revoke_or_return, 4),
            (self._sell, 2),
            (self._sell_pack, 2),
            (self._meet, 1),
        ]
        deeds, weights = zip(*weighted, strict=True)
        person = self._rng.choice(list(self.people.values()))
        deed = self._rng.choices(deeds, weights)[0]
        with self._club.database.transaction() as session:
            deed(session, person)
        self._remember([person, *(newcomer for newcomer in self.people.values() if not newcomer.history)])
        head = person.history[-1][0]
        self._story.tell("desk", f"does {deed.__name__.strip('_')}", f"to card {person.card}, revision {head}")

    def standing_at(self, member_id: str, revision: int) -> Standing | None:
        """What held for a member at a revision."""
        person = next(person for person in self.people.values() if person.member_id == member_id)
        index = bisect_right(person.history, revision, key=lambda entry: entry[0])
        return person.history[index - 1][1] if index else None

    def _remember(self, people: list[Person]) -> None:
        with self._club.database.session() as session:
            head = desired_state.head(session, self._club.site_id).revision
        for person in people:
            person.history.append((head, person.standing))

    def _enrol(self, session: UnitOfWork) -> Person:
        card = 100 + len(self.people)
        club = self._club
        details = MemberDetails(site_id=club.site_id, first_name=f"Member {card}")
        member_id = members.create(session, club.actor, details).id
        credential_id = credentials.issue(session, club.actor, member_id, CardSpec(card_number=card)).id
        self.people[card] = Person(card, member_id, credential_id)
        return self.people[card]

    def _meet(self, session: UnitOfWork, _: Person) -> None:
        if len(self.people) < _MEMBERS_MAX:
            self._sell(session, self._enrol(session))

    def _sell(self, session: UnitOfWork, person: Person) -> None:
        person.unlimited.add(self._club.add_contract(session, person.member_id))

    def _sell_pack(self, session: UnitOfWork, person: Person) -> None:
        terms: dict[str, Any] = {"visits_total": self._rng.randint(2, 4)}
        contract_id = self._club.add_contract(session, person.member_id, **terms)
        person.packs[contract_id] = self.packs[contract_id] = terms["visits_total"]

    def _freeze(self, session: UnitOfWork, person: Person) -> None:
        running = sorted((*person.unlimited, *person.packs))
        if running:
            contract_id = self._rng.choice(running)
            course.add_freeze(session, self._club.actor, contract_id, _FROZEN, reason="abroad")
            person.unlimited.discard(contract_id)
            person.packs.pop(contract_id, None)

    def _revoke_or_return(self, session: UnitOfWork, person: Person) -> None:
        change = credentials.revoke if person.is_active else credentials.reactivate
        change(session, self._club.actor, person.credential_id)
        person.is_active = not person.is_active

    def _block(self, session: UnitOfWork, person: Person) -> None:
        person.blocking.add(self._club.block(session, person.member_id))

    def _say(self, session: UnitOfWork, person: Person) -> None:
        details = FlagDetails(effect="message", texts={"it": "Certificato"})
        person.messages.add(flags.raise_flag(session, self._club.actor, person.member_id, details).id)

    def _clear(self, session: UnitOfWork, person: Person) -> None:
        standing = sorted(person.blocking | person.messages)
        if standing:
            flag_id = self._rng.choice(standing)
            self._club.clear(session, flag_id)
            person.blocking.discard(flag_id)
            person.messages.discard(flag_id)
