"""Explanations in words: complete in three languages, times by the site's clock, names never taken for places."""

import ast
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import access_policy
from access_policy.finding import Finding, Moment, Term, Value, found
from access_policy.wording import TRANSLATED, say_finding, show_moment, translate_into
from tests.unit.access_policy.catalogues import compile_into, texts_of
from tests.unit.access_policy.gym import NOON, ROME

MARKS = {"found", "mark"}


def marked_texts() -> set[str]:
    calls = (
        node
        for path in Path(access_policy.__path__[0]).glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS
    )
    return {call.args[0].value for call in calls if isinstance(call.args[0], ast.Constant)}  # type: ignore[misc]


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated_and_none_is_left_over(language: str) -> None:
    assert set(texts_of(language)) == marked_texts()
    assert all(texts_of(language).values())


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_keep_the_places_of_the_values(language: str) -> None:
    for text, translated in texts_of(language).items():
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", translated)), text


def test_times_are_shown_by_the_sites_clock() -> None:
    assert show_moment(NOON, ROME) == "2026-03-02 12:00"
    assert show_moment(NOON + 1, ZoneInfo("America/New_York")) == "2026-03-02 06:00:01"


def test_a_time_that_no_calendar_has_is_shown_as_its_number() -> None:
    assert show_moment(10**15, ROME) == str(10**15)


def test_a_sentence_holds_moments_terms_and_names() -> None:
    values: dict[str, Value] = {"who": "{at}", "what": Term("went"), "at": Moment(NOON), "count": 3}
    russian = {"went": "пошёл", "{who} {what} {at} {count}": "{who} {what}: {at} ({count})"}
    said = say_finding(Finding("{who} {what} {at} {count}", values), russian.__getitem__, ROME)
    assert said == "{at} пошёл: 2026-03-02 12:00 (3)"


def test_the_compiled_texts_are_read(tmp_path: Path) -> None:
    compile_into(tmp_path, "ru")
    assert translate_into("ru", tmp_path)("The lane is free.") == "Проход свободен."


def test_a_language_that_we_do_not_speak_gets_english() -> None:
    assert say_finding(found("It is {now}.", now=Moment(NOON)), translate_into("de"), ROME) == "It is 2026-03-02 12:00."
