"""Telephone numbers in any writing, kept as ITU-T E.164 ("+", country code, at most 15 digits), shown grouped.

A number without a country code is read as people dial it where the club is.
"""

import re
from functools import lru_cache
from typing import Final

import phonenumbers
from babel.core import get_global
from phonenumbers import PhoneNumberFormat

_WRITING: Final = re.compile(r"[+\d(][\d ()./\-]{2,39}")


def parse_telephone(text: str, region: str | None) -> str | None:
    """A number in any writing as E.164; None: it can be nobody's.

    Args:
        region: the ISO 3166 country in which a number without a country code is dialled; None: it needs one.
    """
    if not _WRITING.fullmatch(text):
        return None
    try:
        number = phonenumbers.parse(text.replace("00", "+", 1) if text.startswith("00") else text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


@lru_cache(maxsize=2048)
def show_telephone(number: str) -> str:
    """An E.164 number with its groups apart, e.g. +39 333 123 4567; anything else as it is."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL)


def region_of(time_zone: str) -> str | None:
    """The country of an IANA time zone, e.g. IT for Europe/Rome; None: it is nobody's, like UTC."""
    region = get_global("zone_territories").get(time_zone)
    return region if region and region != "001" else None
