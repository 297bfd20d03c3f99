"""Which column of a file means what, and its rows as fields. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from cloud.kit.folding import fold

FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "first_name": ("first_name", "first name", "name", "nome", "имя"),
    "last_name": ("last_name", "last name", "surname", "cognome", "фамилия"),
    "phone": ("phone", "telephone", "mobile", "telefono", "cellulare", "телефон"),
    "email": ("email", "e-mail", "mail", "почта"),
    "birth_on": ("birth_on", "birth date", "birthday", "born", "data di nascita", "nato il", "дата рождения"),
    "sex": ("sex", "gender", "sesso", "пол"),
    "locale": ("locale", "language", "lingua", "язык"),
    "state": ("state", "stato", "состояние"),
    "tags": ("tags", "etichette", "метки"),
    "card_type": ("card_type", "card type", "tipo tessera", "тип карты"),
    "source": ("source", "fonte", "источник"),
    "reason": ("reason", "motivo", "повод"),
    "note": ("note", "notes", "comment", "commento", "комментарий"),
}
_SEXES: Final = {"f": "female", "female": "female", "donna": "female", "ж": "female", "женский": "female"} | {
    "m": "male",
    "male": "male",
    "uomo": "male",
    "м": "male",
    "мужской": "male",
}
_DAY_FIRST: Final = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")


class MappingError(Exception):
    """No column is a first or last name, or the mapping names a column or a field that is not there."""


def read_mapping(text: str) -> dict[str, str]:
    """Fields by column, from lines like `Chi = note`; nothing behind the sign leaves the column out."""
    pairs = [line.partition("=") for line in text.splitlines() if line.strip()]
    return {column.strip(): field.strip() for column, _, field in pairs}


def map_columns(header: Sequence[str], told: Mapping[str, str]) -> dict[int, str]:
    """The field of each column that means something.

    Args:
        told: field by column, for what the header's own words do not say; an empty field leaves the column out.

    Raises:
        MappingError: see there.
    """
    by_name = {fold(name): at for at, name in reversed(list(enumerate(header))) if name.strip()}
    known = {fold(word): field for field, words in FIELDS.items() for word in words}
    found = {at: known[name] for name, at in by_name.items() if name in known}
    for column, field in told.items():
        at = by_name.get(fold(column))
        if at is None or (field and field not in FIELDS):
            raise MappingError(f"{column} = {field}")
        found = {other: name for other, name in found.items() if other != at and name != field}
        if field:
            found[at] = field
    if "first_name" not in found.values():
        raise MappingError("first_name")
    return found


def read_row(row: Sequence[str], columns: Mapping[int, str]) -> dict[str, str]:
    """The fields of a row that are not empty; days as ISO 8601, sexes as female and male where they are understood."""
    fields = {field: row[at].strip() for at, field in columns.items() if at < len(row) and row[at].strip()}
    if "birth_on" in fields:
        fields["birth_on"] = _day(fields["birth_on"])
    if "sex" in fields:
        fields["sex"] = _SEXES.get(fields["sex"].casefold(), fields["sex"])
    return fields


def _day(text: str) -> str:
    match = _DAY_FIRST.fullmatch(text)
    if match is None:
        return text
    day, month, year = (int(part) for part in match.groups())
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return text
