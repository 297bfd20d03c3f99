"""Members with their cards, as rows; the same random numbers make the same people."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, Literal

from cloud.credentials.models import Credential
from cloud.credentials.policy import canonical_wiegand26, printed_number
from cloud.members import policy
from cloud.members.models import Member, MemberStateChange
from cloud.seeding.agreements import Agreement, Agreements
from cloud.seeding.batches import Batch, seeded_id
from cloud.seeding.framework import SITES_MAX, Framework, Place
from cloud.seeding.names import pick_name

MEMBERS_MAX: Final = 1_000_000
State = Literal["client", "former", "lead"]
_STATES: Final[Mapping[State, int]] = {"client": 78, "former": 14, "lead": 8}
_CARDS_OF_FACILITY: Final = 65_536
_BLACK_LISTED_SHARE: Final = 0.001


@dataclass(frozen=True, slots=True)
class Person:
    """What later rows need of somebody: at which of the places they train, and by which agreements, oldest first."""

    member_id: str
    place: int
    agreements: Sequence[Agreement]


class People:
    """Makes one after the other."""

    def __init__(self, framework: Framework, seed: int, now: datetime) -> None:
        self._framework = framework
        self._chance = random.Random(f"{seed} people")  # noqa: S311 - made-up people, no secrets
        self._now = now
        self._agreements = Agreements(framework, now)

    def add(self, batch: Batch, number: int) -> Person:
        """The rows of one person, and of what they bought and paid."""
        place_number = number % len(self._framework.places)
        place = self._framework.places[place_number]
        (state,) = self._chance.choices(list(_STATES), list(_STATES.values()))
        member_id = seeded_id("mem", number)
        bought = self._agreements.pick(place.plans, state, self._chance)
        since = min((each.starts_on for each in bought), default=self._day_of_first_contact())
        joined_at = datetime.combine(since, time(7 + number % 11, number % 60), UTC)
        joined_at = min(joined_at, self._now - timedelta(minutes=1))
        canonical = "" if state == "lead" else _card(place, number // len(self._framework.places))
        batch.add(Member, **self._member(number, place, state, canonical, joined_at))
        batch.add(MemberStateChange, **self._begun(number, state, joined_at))
        if canonical:
            batch.add(Credential, **_credential(number, place, canonical, joined_at))
        self._agreements.add(batch, member_id, bought, self._chance)
        return Person(member_id, place_number, bought)

    def _day_of_first_contact(self) -> date:
        return self._now.date() - timedelta(days=self._chance.randrange(1, 200))

    def _member(self, number: int, place: Place, state: State, canonical: str, joined_at: datetime) -> dict[str, Any]:
        chance, name = self._chance, pick_name(self._chance)
        email, phone = f"m{number}@club.example", f"+3933{number:08d}"
        card_numbers = printed_number(canonical) if canonical else ""
        is_black_listed = chance.random() < _BLACK_LISTED_SHARE
        return {
            "id": seeded_id("mem", number),
            "site_id": place.site_id,
            "first_name": name.first,
            "last_name": name.last,
            "locale": name.locale,
            "email": email,
            "phone": phone,
            "birth_on": date(1950, 1, 1) + timedelta(days=chance.randrange(57 * 365)),
            "note": "",
            "role": "member",
            "state": state,
            "sex": name.sex,
            "card_status": "",
            "source_id": chance.choice(self._framework.source_ids),
            "black_listed_at": joined_at if is_black_listed else None,
            "black_list_reason": "Was asked to leave" if is_black_listed else "",
            "card_numbers": card_numbers,
            "sort_name": policy.sort_name(name.first, name.last),
            "search_text": policy.search_text(
                f"{name.first} {name.last} {name.first}", email, phone, [card_numbers] if canonical else []
            ),
            "created_at": joined_at,
            "changed_at": joined_at,
        }

    def _begun(self, number: int, state: State, joined_at: datetime) -> dict[str, Any]:
        return {
            "id": seeded_id("msc", number),
            "member_id": seeded_id("mem", number),
            "before": "",
            "after": state,
            "reason": "",
            "changed_by": self._framework.desk_ids[number % len(self._framework.desk_ids)],
            "changed_at": joined_at,
        }


def _card(place: Place, number: int) -> str:
    """Each site has facility codes of its own, as many as its cards need."""
    facility_code = place.facility_code + SITES_MAX * (number // _CARDS_OF_FACILITY)
    return canonical_wiegand26(facility_code, number % _CARDS_OF_FACILITY)


def _credential(number: int, place: Place, canonical: str, issued_at: datetime) -> dict[str, Any]:
    return {
        "id": seeded_id("crd", number),
        "member_id": seeded_id("mem", number),
        "site_id": place.site_id,
        "kind": "wiegand26",
        "canonical": canonical,
        "label": "",
        "status": "active",
        "pin_hashes": {},
        "created_at": issued_at,
        "changed_at": issued_at,
    }
