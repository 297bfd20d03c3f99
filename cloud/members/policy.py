"""How members are found: what of them is searchable, and what a query asks for. Pure."""

import re
from collections.abc import Iterable
from typing import Final

from cloud.kit.folding import digits_of, fold

SORT_NAME_CHARACTERS_MAX: Final = 420
"""Folding can make a text longer: there are letters that stand for a whole sentence."""
_WORDS_MAX: Final = 8
_NUMBER: Final = re.compile(r"[\d+()\-./\s]+")
_NUMBER_DIGITS_MIN: Final = 5
_NATIONAL_DIGITS: Final = 9


def sort_name(first_name: str, last_name: str) -> str:
    """What orders a list of people: the folded last name, then the first."""
    return fold(f"{last_name} {first_name}")[:SORT_NAME_CHARACTERS_MAX]


def search_text(names: str, email: str | None, phone: str | None, card_numbers: Iterable[str]) -> str:
    """Everything that a search may find, folded, one thing a line so that no match spans two."""
    parts = [fold(names), fold(email or ""), digits_of(phone or ""), *card_numbers]
    return "\n".join(part for part in parts if part)


def searchable_contacts(values: Iterable[str]) -> list[str]:
    """Further telephones and e-mail addresses as a search finds them."""
    return [fold(value) if "@" in value else digits_of(value) for value in values]


def search_needles(query: str) -> list[str]:
    """The texts that must all occur in a member's `search_text`.

    A number in any writing (`+39 333 123-4567`, `8 (912) 345-67-89`, `00012345`) is one needle of its significant
    digits: without leading zeros, and a long one without country code or trunk prefix.
    """
    number = digits_of(query)
    if _NUMBER.fullmatch(query) and len(number) >= _NUMBER_DIGITS_MIN:
        significant = number.lstrip("0") or number
        return [significant[-_NATIONAL_DIGITS:]]
    return fold(query).split()[:_WORDS_MAX]
