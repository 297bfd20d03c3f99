"""A self-test as a table for people at a terminal, and what to do about each finding. English, as all commands here."""

from collections.abc import Iterator, Mapping
from typing import Final

from sync_protocol.self_test import CheckOutcome, Verdict

ADVICE: Final[Mapping[str, str]] = {
    "program_broken": "this installation is not whole: install the package again, or go back to the version before",
    "decision_wrong": "this program does not decide as it must: go back to the version before",
    "configuration_missing": "write the configuration, then test again",
    "configuration_unusable": "correct what `tornello-gateway check-config` names",
    "store_not_there_yet": "nothing to do: the gateway makes it at its first start",
    "store_unusable": "read as root or as the gateway's own user; otherwise keep the version before",
    "store_damaged": "nothing to do now: the gateway puts it aside and gets its state anew; replace the SD card soon",
    "store_of_a_newer_program": "this program is older than the file, and will put it aside: better keep the newer one",
}
"""What to do, by finding."""

_WORDS: Final[Mapping[Verdict, str]] = {"good": "good", "warning": "WARNING", "bad": "BAD", "not_tested": "not tested"}
_COLOURS: Final[Mapping[Verdict, str]] = {"good": "32", "warning": "33", "bad": "31", "not_tested": "2"}


def describe_outcomes(outcomes: tuple[CheckOutcome, ...], *, has_colours: bool) -> str:
    """One line a check, what to do below those that are not good."""
    return "\n".join(line for outcome in outcomes for line in _lines(outcome, has_colours=has_colours))


def _lines(outcome: CheckOutcome, *, has_colours: bool) -> Iterator[str]:
    word = f"{_WORDS[outcome.verdict]:10}"
    verdict = f"\033[{_COLOURS[outcome.verdict]}m{word}\033[0m" if has_colours else word
    what = f"{outcome.check.replace('_', ' ')} {outcome.subject}".rstrip()
    yield f"{verdict}  {what:24}  {outcome.measured}".rstrip()
    if outcome.finding:
        yield f"{'':12}{ADVICE.get(outcome.finding, outcome.finding)}"
