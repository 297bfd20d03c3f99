"""Every act that the sources write into the audit log has a name in words."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from cloud.console.audit_acts import ACT_NAMES, VERB_NAMES, act_in_words
from cloud.console.words import words_of

CLOUD: Final = Path(__file__).parents[4] / "cloud"
ACT: Final = re.compile(r"[a-z_]+\.[a-z_]+")
NAMED_ELSEWHERE: Final = {
    "cloud/billing/charges.py": ("charge.succeed", "charge.fail"),
    "cloud/consents/service.py": ("consent.given", "consent.refused", "consent.withdrawn"),
    "cloud/console/table_files.py": ("task.export",),
    "cloud/family/service.py": ("family.link", "family.unlink"),
    "cloud/personal_data/service.py": ("person.erase",),
}
"""Where an act is put together from pieces or has its name from another module: what comes out."""


def _trees() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(CLOUD.rglob("*.py")):
        yield path.relative_to(CLOUD.parent).as_posix(), ast.parse(path.read_text("utf-8"))


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _parameters(function: ast.FunctionDef) -> list[str]:
    return [each.arg for each in (*function.args.args, *function.args.kwonlyargs)]


def _writers(trees: list[tuple[str, ast.Module]]) -> set[str]:
    """What writes to the log: `record`, and each function that is given the act."""
    functions = (node for _, tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return {"record"} | {each.name for each in functions if {"session", "action"} <= set(_parameters(each))}


def _acts_of(node: ast.AST) -> set[str]:
    constants = {each.value for each in ast.walk(node) if isinstance(each, ast.Constant)}
    return {value for value in constants if isinstance(value, str) and ACT.fullmatch(value)}


def _written(tree: ast.Module, writers: set[str]) -> tuple[set[str], bool]:
    """The acts that a module writes to the log, and whether it writes others that are not spelt out in it."""
    found: set[str] = set()
    is_built = False
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and any(getattr(target, "id", "") == "action" for target in node.targets):
            found |= _acts_of(node.value)
        if isinstance(node, ast.Call) and _called(node) in writers:
            for argument in node.args:
                found |= _acts_of(argument) if isinstance(argument, ast.Constant | ast.IfExp) else set()
            is_built |= _called(node) == "record" and any(_is_built(argument) for argument in node.args[2:])
    return found, is_built


def _is_built(argument: ast.expr) -> bool:
    return isinstance(argument, ast.JoinedStr) or (isinstance(argument, ast.Name) and argument.id.isupper())


def test_every_act_that_is_recorded_has_a_name_and_every_name_an_act() -> None:
    trees = list(_trees())
    writers = _writers(trees)
    acts = {act for built in NAMED_ELSEWHERE.values() for act in built}
    places = set()
    for name, tree in trees:
        found, is_built = _written(tree, writers)
        acts |= found
        places |= {name} if is_built else set()
    assert places == set(NAMED_ELSEWHERE)
    assert len(acts) > 130
    words = words_of("en")
    assert not {act for act in acts if act_in_words(act, words) == act}
    assert set(ACT_NAMES) <= acts
    assert {act.rpartition(".")[2] for act in acts - set(ACT_NAMES)} == set(VERB_NAMES)


def test_an_act_is_named_by_itself_before_its_verb_and_an_unknown_one_stays_as_it_is() -> None:
    words = words_of("it")
    assert act_in_words("member.create", words) == "Creazione"
    assert act_in_words("task.close", words) == "Chiusura con risultato"
    assert act_in_words("thing.sing", words) == "thing.sing"
