"""Money: an integer count of a currency's minor units (ISO 4217), never a float."""

import re
from decimal import Decimal
from typing import Final

from babel.numbers import format_currency, get_currency_precision

_AMOUNT: Final = re.compile(r"\d{1,9}(?:[.,]\d{1,3})?")


def format_money(minor: int, currency: str, locale: str) -> str:
    """An amount as people of a locale write it: `format_money(4900, "EUR", "it")` -> `49,00 €`."""
    return format_currency(Decimal(minor).scaleb(-get_currency_precision(currency)), currency, locale=locale)


def parse_money(text: str, currency: str) -> int | None:
    """The minor units of an amount as somebody types it, with point or comma: `"49,90"` -> 4990; None: it is none."""
    plain = text.replace(" ", "")
    if not _AMOUNT.fullmatch(plain):
        return None
    minor = Decimal(plain.replace(",", ".")).scaleb(get_currency_precision(currency))
    return int(minor) if minor == int(minor) else None


def exact_money(minor: int, currency: str) -> Decimal:
    """An amount as the number that it is: `exact_money(4990, "EUR")` -> `Decimal("49.90")`."""
    return Decimal(minor).scaleb(-get_currency_precision(currency))


def plain_money(minor: int, currency: str) -> str:
    """An amount as a form holds it: `plain_money(4990, "EUR")` -> `49.90`."""
    return str(exact_money(minor, currency))
