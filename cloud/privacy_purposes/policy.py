"""What a purpose may rest on, how people decide about it, and with what a club begins. Pure.

The legal bases are those of the GDPR, article 6 (1): a consent, b contract, c legal duty, f legitimate interest.
"""

from collections.abc import Mapping
from typing import Final, Literal, get_args

Basis = Literal["consent", "contract", "legal_duty", "legitimate_interest"]
Channel = Literal["call", "email", "sms", "meeting"]
"""Ways to approach somebody: the next steps of tasks."""
Decision = Literal["given", "refused", "withdrawn"]
How = Literal["paper", "desk", "online", "spoken"]
"""Signed on paper, typed at the desk, a form on the web, or said: what is only said gives no consent."""
Standing = Literal["given", "outdated", "refused", "withdrawn", "not_asked", "not_needed"]
StandardKey = Literal["contract", "legal_duty", "own_interest", "marketing_consent"]

BASES: Final[tuple[Basis, ...]] = get_args(Basis)
CHANNELS: Final[tuple[Channel, ...]] = get_args(Channel)
ASKED: Final[frozenset[str]] = frozenset({"consent", "legitimate_interest"})
"""Bases on which a person's word counts: with consent they have to agree, to a legitimate interest they may object."""
PURPOSES_MAX: Final = 50
VERSIONS_MAX: Final = 100
NAME_CHARACTERS_MAX: Final = 80
TEXT_CHARACTERS_MAX: Final = 5000
STANDARD: Final[Mapping[StandardKey, tuple[Basis, Mapping[str, str]]]] = {
    "contract": (
        "contract",
        {"en": "Their contract with us", "it": "Il suo contratto con noi", "ru": "Договор с нами"},
    ),
    "legal_duty": (
        "legal_duty",
        {"en": "A duty by law", "it": "Un obbligo di legge", "ru": "Обязанность по закону"},
    ),
    "own_interest": (
        "legitimate_interest",
        {"en": "Our legitimate interest", "it": "Il nostro legittimo interesse", "ru": "Наш законный интерес"},
    ),
    "marketing_consent": (
        "consent",
        {
            "en": "Advertising, with their consent",
            "it": "Pubblicità, con il suo consenso",
            "ru": "Реклама, с согласия",
        },
    ),
}


def standard_id(key: StandardKey) -> str:
    """The id of a standard purpose, the same at every club."""
    return f"prp_{key:0>20}"


def name_in(names: Mapping[str, str], language: str) -> str:
    """A name or text in a language; where it is missing in another one."""
    return names.get(language) or next((name for name in names.values() if name), "")


def standing_of(basis: str, decision: str | None, number: int, required: int) -> Standing:
    """Where somebody stands who decided this last (None: nothing) about version `number` of the text.

    Args:
        required: the number of the newest version that asks everybody anew; 0: none does.
    """
    match decision:
        case "given" if basis == "consent" and number < required:
            return "outdated"
        case "given":
            return "given"
        case "refused":
            return "refused"
        case "withdrawn":
            return "withdrawn"
        case _:
            return "not_asked" if basis == "consent" else "not_needed"


def may_approach(basis: str, standing: Standing) -> bool:
    """Whether somebody with this standing may be approached for a purpose on this basis."""
    if basis == "consent":
        return standing == "given"
    return basis != "legitimate_interest" or standing not in {"refused", "withdrawn"}
