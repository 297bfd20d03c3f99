"""Explanations in English, Italian and Russian, times by the site's clock. Only the standard library is needed.

The catalogues lie in `translations/` and are compiled at set-up; gateway and cloud both speak through them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from gettext import translation
from pathlib import Path
from typing import Final

from access_policy.decision import Outcome, Reason, Rule
from access_policy.explanation import Explanation
from access_policy.finding import Finding, Moment, Term, Value, mark

DOMAIN: Final = "explanation"
TRANSLATED: Final = ("it", "ru")
FOLDER: Final = Path(__file__).parent / "translations"
OUTCOMES: Final[dict[Outcome, str]] = {
    "allow": mark("Allowed"),
    "message": mark("Allowed with a message"),
    "block": mark("Refused"),
}

SHOWN: Final = mark("The display shows “{text}”.")

Translate = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class SaidRule:
    """A rule in words; `refusal` is the reason code where it refused."""

    rule: Rule
    heading: str
    refusal: Reason | None
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SaidExplanation:
    """An explanation in one language."""

    outcome: str
    circumstances: tuple[str, ...]
    asked: tuple[SaidRule, ...]


def translate_into(language: str, folder: Path = FOLDER) -> Translate:
    """What turns a marked text into this language; English for a language that we do not speak.

    Raises:
        FileNotFoundError: the catalogue was not compiled (`python build_hooks.py catalogues`).
    """
    if language not in TRANSLATED:
        return str
    return translation(DOMAIN, folder, [language]).gettext


def say(explanation: Explanation, translate: Translate, zone: tzinfo) -> SaidExplanation:
    """The explanation in words."""
    return SaidExplanation(
        translate(OUTCOMES[explanation.decision.outcome]),
        tuple(say_finding(finding, translate, zone) for finding in explanation.circumstances),
        tuple(
            SaidRule(
                asked.rule,
                translate(asked.heading),
                asked.refusal,
                tuple(say_finding(finding, translate, zone) for finding in asked.findings),
            )
            for asked in explanation.asked
        ),
    )


def say_finding(finding: Finding, translate: Translate, zone: tzinfo) -> str:
    """One sentence in words."""
    values = {name: _show(value, translate, zone) for name, value in finding.values.items()}
    return translate(finding.text).format_map(values)


def _show(value: Value, translate: Translate, zone: tzinfo) -> str:
    match value:
        case Moment(at_s):
            return show_moment(at_s, zone)
        case Term(text):
            return translate(text)
        case _:
            return str(value)


def show_moment(at_s: int, zone: tzinfo) -> str:
    """`2026-03-02 18:30`, with seconds where they are not zero; a time outside of the calendar as its number."""
    try:
        local = datetime.fromtimestamp(at_s, UTC).astimezone(zone)
    except (OverflowError, ValueError, OSError):
        return str(at_s)
    return local.strftime("%Y-%m-%d %H:%M:%S" if local.second else "%Y-%m-%d %H:%M")
