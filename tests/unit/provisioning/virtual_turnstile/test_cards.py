import json
import os
from pathlib import Path

import pytest

from provisioning.virtual_turnstile.cards import CardBook, MemberCard, group_by_note, parse_card_number
from provisioning.virtual_turnstile.errors import CardMalformedError

GIULIA = {"name": "Giulia Rossi", "card": "77:10001", "note": "good"}
PYOTR = {"name": "Пётр Козлов", "card": "77:10002", "note": "frozen"}


def write(path: Path, content: str, *, at_s: int) -> None:
    path.write_text(content)
    os.utime(path, (at_s, at_s))


def test_a_card_number_is_facility_and_number() -> None:
    assert parse_card_number("77:10001") == (77, 10001)
    assert parse_card_number(" 0 : 65535 ") == (0, 65535)


@pytest.mark.parametrize("text", ["", "10001", "77-10001", "77:", ":1", "a:b", "77:1:2", "-1:5", "٧:١", "1" * 40])
def test_what_is_no_card_number_is_refused(text: str) -> None:
    with pytest.raises(CardMalformedError, match="facility:number"):
        parse_card_number(text)


@pytest.mark.parametrize("text", ["256:1", "1:65536"])
def test_a_number_that_does_not_fit_26_bits_is_refused(text: str) -> None:
    with pytest.raises(CardMalformedError, match="255"):
        parse_card_number(text)


def test_without_a_file_there_are_no_cards(tmp_path: Path) -> None:
    assert CardBook(None).cards() == []
    assert CardBook(tmp_path / "missing.json").cards() == []


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "cards.json"
    write(path, json.dumps([GIULIA]), at_s=1000)
    book = CardBook(path)
    assert book.cards() == [MemberCard.model_validate(GIULIA)]
    write(path, json.dumps([GIULIA, PYOTR]), at_s=1001)
    assert [card.name for card in book.cards()] == ["Giulia Rossi", "Пётр Козлов"]


def test_a_bad_file_leaves_the_last_good_cards_and_is_named_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "cards.json"
    write(path, json.dumps([GIULIA]), at_s=1000)
    book = CardBook(path)
    book.cards()
    write(path, json.dumps([{**GIULIA, "card": "77"}]), at_s=1001)
    assert len(book.cards()) == 1
    assert len(book.cards()) == 1
    assert len(caplog.records) == 1
    assert caplog.records[0].message.startswith(f"{path}: 0.card: ")


def test_cards_stand_under_their_notes_in_the_order_of_the_file() -> None:
    cards = [MemberCard.model_validate(card) for card in (GIULIA, PYOTR, {**GIULIA, "card": "77:3"})]
    assert [(note, len(group)) for note, group in group_by_note(cards).items()] == [("good", 2), ("frozen", 1)]
