"""Every line of the time line has its sentence, in words and with who."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cloud.console.words import words_of
from cloud.past import Kind, PastLine
from cloud.time_line.pages.words import Names, Said, say

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
ROME = ZoneInfo("Europe/Rome")
NAMES = Names({"lan_1": "Lane 1"}, {"stf_anna": "Anna", "stf_ivo": "Ivo"})
MONEY: dict[str, Any] = {"amount_minor": 4500, "currency": "EUR"}


def said(kind: Kind, what: str, language: str = "en", *, text: str = "", subject: str = "", **facts: Any) -> Said:
    line = PastLine(AT, "x" * 24, kind, what, who="stf_anna", text=text, subject=subject, facts=facts)
    return say(line, NAMES, ROME, words_of(language))


@pytest.mark.parametrize(
    ("line", "sentence", "details"),
    [
        (said("visit", "entered", lane_id="lan_1"), "Came in through Lane 1", []),
        (
            said("refusal", "refused", lane_id="lan_1", reason="dues_overdue", text="Passi"),
            "Refused at Lane 1: Dues are overdue",
            ["Passi"],
        ),
        (
            said("booking", "booked", text="Pilates", starts_at="2026-11-22T18:00:00+00:00"),
            "Booked: Pilates, Sun 22 Nov 2026, 19:00",
            [],
        ),
        (
            said("contract", "end", text="Year", ends_on="2026-12-31", reason="moves away"),
            "Contract Year ended: last day 31 Dec 2026",
            ["moves away"],
        ),
        (
            said("goods", "sold", text="Water", quantity=2, is_cancelled=True, **MONEY),
            "Bought 2 × Water for €45.00",
            ["Taken back since"],
        ),
        (
            said(
                "service",
                "sold",
                text="Massage",
                rendered_by="stf_ivo",
                materials=[{"name": "Oil", "quantity": "30 ml"}],
                **MONEY,
            ),
            "Service: Massage, for €45.00",
            ["Rendered by Ivo", "Materials used: Oil 30 ml"],
        ),
        (
            said("payment", "failed", text="no money", method="card", **MONEY),
            "Payment of €45.00 failed",
            ["no money", "Card"],
        ),
        (
            said("task", "closed", text="Paid", type="Call", changes={"outcome": "Settled"}),
            "Call: Closed",
            ["Paid", "Settled"],
        ),
        (said("flag", "block_raised", texts={"en": "See the desk"}), "Block at the gates", ["See the desk"]),
        (said("comment", "said", text="Prefers mornings"), "Comment", ["Prefers mornings"]),
    ],
)
def test_a_line_says_what_happened(line: Said, sentence: str, details: list[str]) -> None:
    assert (line.sentence, list(line.details), line.who) == (sentence, details, "Anna")


def test_it_speaks_the_readers_language() -> None:
    assert (
        said("payment", "till", "it", subject="sal_1", is_cancelled=False, **MONEY).sentence
        == "Pagati 45,00\xa0€ in cassa"
    )
    assert said("visit", "left", "ru", lane_id="lan_1").sentence == "Выход через Lane 1"


def test_a_line_leads_to_what_it_is_about() -> None:
    assert said("task", "created", subject="tsk_1", type="Call").address == "/tasks/tsk_1"
    assert said("refusal", "refused", subject="7").address == "/access-events/7"
    assert said("payment", "till", subject="sal_1", is_cancelled=False, **MONEY).cancellation.startswith(
        "/till-sales/sal_1"
    )
    assert not said("payment", "till", subject="sal_1", is_cancelled=True, **MONEY).cancellation
