"""What a gateway found when it tested itself, as it is shown at the gateway and travels to the cloud.

Everything is a stable word, a name of a part, or a figure: whoever shows it says it in the reader's language.
"""

from typing import Literal

import msgspec

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
