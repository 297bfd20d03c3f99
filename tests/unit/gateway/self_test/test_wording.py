"""Every finding has its words: at the gateway in English, in the console for staff."""

import ast
from pathlib import Path

from cloud.console.self_test_words import CHECKS, FINDINGS, VERDICTS
from gateway.self_test import live
from gateway.self_test.wording import ADVICE, describe_outcomes
from sync_protocol.self_test import CheckOutcome

FOLDER = Path(live.__file__).parent
LIVE = ("live.py", "gate_checks.py", "machine_checks.py")
OF_COMMANDS_ALONE = {"port_missing", "port_forbidden"}


def words_in(*names: str) -> set[str]:
    """Every text in these modules that looks like a stable word."""
    nodes = [node for name in names for node in ast.walk(ast.parse((FOLDER / name).read_text()))]
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_every_finding_of_the_running_gateway_has_words_on_both_sides() -> None:
    used = words_in(*LIVE) & (set(ADVICE) | set(FINDINGS))
    assert used - OF_COMMANDS_ALONE == set(FINDINGS)
    assert set(FINDINGS) <= set(ADVICE)


def test_every_check_of_the_running_gateway_has_its_name() -> None:
    assert set(CHECKS) <= words_in(*LIVE)
    assert set(VERDICTS) == {"good", "warning", "bad", "not_tested"}


def test_no_advice_is_for_nothing() -> None:
    used = words_in(*(path.name for path in FOLDER.glob("*.py") if path.name != "wording.py"))
    assert set(ADVICE) - used == set()


def test_a_table_says_what_to_do_below_what_is_not_good() -> None:
    outcomes = (
        CheckOutcome("disk", "good", measured="900 MiB"),
        CheckOutcome("reader", "bad", "reader_offline", "entry", "42 ms"),
        CheckOutcome("moon", "warning", "moon_is_full"),
    )
    lines = describe_outcomes(outcomes, has_colours=False).splitlines()
    assert lines[0].split() == ["good", "disk", "900", "MiB"]
    assert lines[1].split() == ["BAD", "reader", "entry", "42", "ms"]
    assert "scan-readers" in lines[2]
    assert lines[4].strip() == "moon_is_full"
    assert describe_outcomes(outcomes[:1], has_colours=True).startswith("\033[32mgood")
