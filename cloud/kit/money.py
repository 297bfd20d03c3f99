"""Money: an integer count of a currency's minor units (ISO 4217), never a float."""

from decimal import Decimal

from babel.numbers import format_currency, get_currency_precision


def format_money(minor: int, currency: str, locale: str) -> str:
    """An amount as people of a locale write it: `format_money(4900, "EUR", "it")` -> `49,00 €`."""
    return format_currency(Decimal(minor).scaleb(-get_currency_precision(currency)), currency, locale=locale)
