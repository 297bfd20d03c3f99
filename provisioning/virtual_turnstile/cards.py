"""The members' cards that stand beside the turnstile, and how a typed card number becomes the bits of a card."""

import logging
import re
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from provisioning.virtual_turnstile.errors import CardMalformedError

CARDS_MAX = 2000
FACILITY_MAX = 0xFF
NUMBER_MAX = 0xFFFF

log = logging.getLogger(__name__)


class MemberCard(BaseModel):
    """A button: whose card, its number as `facility:number`, and what is special about the member."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=80)
    card: str = Field(pattern=r"^\d{1,3}:\d{1,5}$")
    note: str = Field(default="", max_length=80)


_CARDS: TypeAdapter[list[MemberCard]] = TypeAdapter(list[MemberCard])


def parse_card_number(text: str) -> tuple[int, int]:
    """Facility code and card number of a 26-bit card, from `facility:number`.

    Raises:
        CardMalformedError: another form, or a part does not fit its 8 or 16 bits.
    """
    found = re.fullmatch(r"\s*(\d{1,3})\s*:\s*(\d{1,5})\s*", text, re.ASCII)
    if found is None:
        raise CardMalformedError("a card number has the form facility:number, like 77:10001")
    facility, number = int(found[1]), int(found[2])
    if facility > FACILITY_MAX or number > NUMBER_MAX:
        raise CardMalformedError(f"the facility code goes to {FACILITY_MAX}, the card number to {NUMBER_MAX}")
    return facility, number


class CardBook:
    """The cards of one JSON file, read again whenever the file has changed; a bad file leaves the last good one."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._read_at_ns = -1
        self._cards: list[MemberCard] = []

    def cards(self) -> list[MemberCard]:
        """The newest cards, at most `CARDS_MAX`; none when there is no file."""
        if self._path is None or not self._path.exists():
            return self._cards
        changed_at_ns = self._path.stat().st_mtime_ns
        if changed_at_ns != self._read_at_ns:
            self._read_at_ns = changed_at_ns
            try:
                self._cards = _CARDS.validate_json(self._path.read_bytes())[:CARDS_MAX]
            except ValidationError as error:
                first = error.errors()[0]
                log.warning("%s: %s: %s", self._path, ".".join(map(str, first["loc"])), first["msg"])
        return self._cards


def group_by_note(cards: list[MemberCard]) -> dict[str, list[MemberCard]]:
    """The cards under their notes, notes and cards in the order of the file."""
    groups: dict[str, list[MemberCard]] = {}
    for card in cards:
        groups.setdefault(card.note, []).append(card)
    return groups
