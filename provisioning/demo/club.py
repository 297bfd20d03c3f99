"""A small believable club: 200 members whose contracts are good, ending, overdue, frozen or expired.

Pure and repeatable: the same day and seed give the same club.
"""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

Situation = Literal[
    "good", "ending", "visits", "last_visit", "dues_due", "dues_overdue", "frozen", "expired", "used_up"
]

FACILITY: Final = 77
FIRST_CARD: Final = 10_001

# How many members are in which situation; together 200.
SHARES: Final[dict[Situation, int]] = {
    "good": 118,
    "ending": 18,
    "visits": 20,
    "last_visit": 4,
    "dues_due": 8,
    "dues_overdue": 8,
    "frozen": 9,
    "expired": 12,
    "used_up": 3,
}

_ITALIAN: Final = (
    [
        "Giulia",
        "Sofia",
        "Chiara",
        "Martina",
        "Sara",
        "Alessia",
        "Elena",
        "Francesca",
        "Nicolò",
        "Lorenzo",
        "Andrea",
        "Matteo",
        "Luca",
        "Davide",
        "Marco",
        "Noè",
    ],
    [
        "Rossi",
        "Bianchi",
        "Esposito",
        "Ferrari",
        "Romano",
        "Colombo",
        "Ricci",
        "Marino",
        "Greco",
        "Gallo",
        "Conti",
        "Costa",
        "D'Angelo",
        "Bortolìn",
    ],
)
_RUSSIAN_WOMEN: Final = (
    ["Анна", "Мария", "Елена", "Ольга", "Наталья", "Ксения", "Дарья", "Алёна"],
    ["Иванова", "Петрова", "Соколова", "Лебедева", "Козлова", "Новикова", "Морозова", "Щербакова"],
)
_RUSSIAN_MEN: Final = (
    ["Иван", "Пётр", "Алексей", "Дмитрий", "Сергей", "Артём", "Юрий", "Фёдор"],
    ["Иванов", "Петров", "Соколов", "Лебедев", "Козлов", "Новиков", "Морозов", "Щербаков"],
)
_ENGLISH: Final = (
    ["Emma", "Olivia", "Grace", "Zoë", "James", "Oliver", "Harry", "Thomas"],
    ["Smith", "Jones", "Taylor", "Brown", "O'Neill", "Walker", "Wright", "Green"],
)
_NAMES: Final = (
    ("it", _ITALIAN, 0.55),
    ("ru", _RUSSIAN_WOMEN, 0.15),
    ("ru", _RUSSIAN_MEN, 0.15),
    ("en", _ENGLISH, 0.15),
)


@dataclass(frozen=True)
class DemoFreeze:
    """A stretch of days in which the contract rests; both days included."""

    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class DemoMember:
    """One member with one card and one contract, ready to be written."""

    first_name: str
    last_name: str
    locale: str
    phone: str
    card: int
    situation: Situation
    plan_name: str
    starts_on: date
    ends_on: date
    visits_total: int | None = None
    visits_used: int = 0
    dues_minor: int = 0
    dues_due_on: date | None = None
    freeze: DemoFreeze | None = None


def make_club(today: date, *, seed: int = 2026) -> list[DemoMember]:
    """The 200 members, seen from `today`, in card order."""
    chance = random.Random(seed)  # noqa: S311 a demo club is no secret
    situations: list[Situation] = [situation for situation, count in SHARES.items() for _ in range(count)]
    chance.shuffle(situations)
    taken: set[tuple[str, str]] = set()
    return [_make_member(today, FIRST_CARD + i, situation, chance, taken) for i, situation in enumerate(situations)]


def _make_member(
    today: date, card: int, situation: Situation, chance: random.Random, taken: set[tuple[str, str]]
) -> DemoMember:
    locale, first_name, last_name = _pick_name(chance, taken)
    prefix = {"it": "+39 347 ", "ru": "+7 916 ", "en": "+44 770 "}[locale]
    starts_on = today - timedelta(days=chance.randint(40, 300))
    ends_on = today + timedelta(days=chance.randint(30, 300))
    visits_total: int | None = None
    visits_used, dues_minor = 0, 0
    dues_due_on: date | None = None
    freeze: DemoFreeze | None = None
    plan_name = chance.choice(("Annual", "Half-year", "Quarter"))
    match situation:
        case "ending":
            ends_on = today + timedelta(days=chance.randint(1, 7))
        case "expired":
            ends_on = today - timedelta(days=chance.randint(4, 90))
            starts_on = ends_on - timedelta(days=180)
        case "visits" | "last_visit" | "used_up":
            plan_name, visits_total = "Ten visits", 10
            visits_used = {"last_visit": 9, "used_up": 10}.get(situation) or chance.randint(1, 8)
        case "dues_due":
            dues_minor, dues_due_on = 4900, today - timedelta(days=chance.randint(1, 5))
        case "dues_overdue":
            dues_minor, dues_due_on = 9800, today - timedelta(days=chance.randint(10, 40))
        case "frozen":
            freeze = DemoFreeze(today - timedelta(days=chance.randint(1, 10)), today + timedelta(days=20))
        case "good":
            pass
    return DemoMember(
        first_name,
        last_name,
        locale,
        f"{prefix}{chance.randint(1_000_000, 9_999_999)}",
        card,
        situation,
        plan_name,
        starts_on,
        ends_on,
        visits_total,
        visits_used,
        dues_minor,
        dues_due_on,
        freeze,
    )


def _pick_name(chance: random.Random, taken: set[tuple[str, str]]) -> tuple[str, str, str]:
    """A language and a name that no other member has; the product of the lists is larger than the club."""
    for _ in range(1000):
        locale, (first_names, last_names), _share = chance.choices(_NAMES, weights=[n[2] for n in _NAMES])[0]
        name = (chance.choice(first_names), chance.choice(last_names))
        if name not in taken:
            taken.add(name)
            return locale, *name
    raise AssertionError("the lists of names are too short for the club")
