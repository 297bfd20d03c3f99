"""The balance of a contract: its colour, the lessons left, and whether it can be used today. Pure.

| the contract today | colour | can be used |
|---|---|---|
| has not begun | none | no |
| runs, and was never used | green | unless it is frozen |
| runs, was used, and something is left | orange | unless it is frozen |
| is used up, or over with its grace and extra days | red | no |
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from cloud.contracts import policy
from cloud.contracts.policy import ContractState, Terms


class BalanceColour(StrEnum):
    """In force and unused, in force and partly used, used up or over."""

    GREEN = "green"
    ORANGE = "orange"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Balance:
    """`colour` None: it has not begun. `lessons_left` None: as many as one likes."""

    colour: BalanceColour | None
    lessons_left: int | None
    is_available: bool


def balance_of(terms: Terms, today: date) -> Balance:
    """The balance of one contract on a day of its site."""
    left = policy.visits_left(terms)
    match policy.contract_state(terms, today):
        case ContractState.UPCOMING:
            return Balance(None, left, is_available=False)
        case ContractState.EXPIRED | ContractState.USED_UP:
            return Balance(BalanceColour.RED, left, is_available=False)
        case ContractState.FROZEN:
            return Balance(_colour(terms), left, is_available=False)
        case _:
            return Balance(_colour(terms), left, is_available=True)


def lessons_left(held: Iterable[Terms], today: date) -> int | None:
    """How many lessons somebody can still take today, over all contracts; None: as many as they like."""
    usable = [balance for terms in held if (balance := balance_of(terms, today)).is_available]
    counted = [balance.lessons_left for balance in usable if balance.lessons_left is not None]
    return None if len(counted) < len(usable) else sum(counted)


def _colour(terms: Terms) -> BalanceColour:
    """A frozen contract that is used up has nothing left, whatever its days say."""
    if policy.visits_left(terms) == 0:
        return BalanceColour.RED
    return BalanceColour.ORANGE if terms.was_used or terms.visits_used else BalanceColour.GREEN
