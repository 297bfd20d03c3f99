"""What a gateway found when it tested itself, as it is shown at the gateway and travels to the cloud.

Everything is a stable word, a name of a part, or a figure: whoever shows it says it in the reader's language.
"""

from typing import Final, Literal

import msgspec

TEXT_MAX: Final = 64
OUTCOMES_MAX: Final = 64
Verdict = Literal["good", "warning", "bad", "not_tested"]


class CheckOutcome(msgspec.Struct, frozen=True, array_like=True):
    """One check of one part.

    `check` is what was looked at (`disk`, `reader`), `subject` which of several (`entry`), `finding` why the verdict
    is not good, as a stable word (`reader_offline`), `measured` figures with their units (`fsync 4 ms`).
    """

    check: str
    verdict: Verdict
    finding: str = ""
    subject: str = ""
    measured: str = ""


class SelfTestReport(msgspec.Struct, frozen=True):
    """A whole self-test; `tested_at_ms` is UTC milliseconds by the gateway's clock."""

    tested_at_ms: int
    outcomes: tuple[CheckOutcome, ...] = ()


def is_sound(outcomes: tuple[CheckOutcome, ...]) -> bool:
    """Whether nothing is bad; warnings and what was not tested do not count."""
    return all(outcome.verdict != "bad" for outcome in outcomes)


def fit_for_wire(report: SelfTestReport) -> SelfTestReport:
    """The same report within the bounds of a message: printable, short texts, and not too many of them."""
    outcomes = tuple(
        CheckOutcome(
            check=fit_text(each.check),
            verdict=each.verdict,
            finding=fit_text(each.finding),
            subject=fit_text(each.subject),
            measured=fit_text(each.measured),
        )
        for each in report.outcomes[:OUTCOMES_MAX]
    )
    return SelfTestReport(report.tested_at_ms, outcomes)


def fit_text(text: str) -> str:
    """A text within the bounds of a message: printable, and at most `TEXT_MAX` characters."""
    return "".join(character if character.isprintable() else " " for character in text[:TEXT_MAX])
