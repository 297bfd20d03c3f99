"""Style is a test: sizes, names, docstrings and words that mark unfinished work, over the whole source tree."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("firmware_protocol", "sync_protocol", "access_policy", "mqtt_client", "gateway", "cloud", "provisioning")
LINES_MAX = 400
FUNCTION_LINES_MAX = 60
PARAMETERS_MAX = 6
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager"}
# Written in two halves so that this file does not find itself.
UNFINISHED = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK", "NotImplemented" + "Error")))
HOME_OF_ONE_MACHINE = re.compile(r"/wo" + r"rk/|\.\./sha" + r"red|/ro" + r"ot/|index-" + r"url|/tmp/tor" + r"nello")
TEXT_ENDINGS = {".py", ".md", ".html", ".js", ".css", ".toml", ".txt", ".in", ".json", ".po", ".service", ".sh", ".yml"}


def tracked_files() -> list[Path]:
    """Files that belong to the project: tracked ones and new ones that are not ignored."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [path for name in listing.splitlines() if (path := ROOT / name).is_file()]


def python_files(*folders: str) -> list[Path]:
    chosen = folders or (*PACKAGES, "tests")
    return [path for path in tracked_files() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in chosen]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_file_is_longer_than_400_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in python_files()
        if "migrations" not in path.parts and (lines := path.read_text().count("\n")) > LINES_MAX
    }
    assert not long, f"split by idea: {long}"


def test_no_function_is_longer_than_60_lines() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in python_files()
        if "migrations" not in path.parts
        for node in functions(path)
        if (node.end_lineno or 0) - node.lineno + 1 > FUNCTION_LINES_MAX
    ]
    assert not long, f"split: {long}"


def test_no_function_takes_more_than_six_parameters_and_beyond_four_they_are_named() -> None:
    crowded = []
    for path in python_files(*PACKAGES):
        for node in functions(path):
            positional = [*node.args.posonlyargs, *node.args.args]
            named = [a for a in (*positional, *node.args.kwonlyargs) if a.arg not in {"self", "cls"}]
            is_route = any("router" in ast.unparse(d) or "app." in ast.unparse(d) for d in node.decorator_list)
            if len(named) > PARAMETERS_MAX and not is_route:
                crowded.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {len(named)}")
    assert not crowded, f"make a dataclass of what belongs together: {crowded}"


def test_no_module_has_a_name_that_says_nothing() -> None:
    vague = [str(path.relative_to(ROOT)) for path in python_files() if path.stem in VAGUE_NAMES]
    assert not vague


def test_every_module_says_what_it_is() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in python_files(*PACKAGES)
        if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert not silent, f"a docstring of one to eight lines: {silent}"


@pytest.mark.parametrize("pattern", [UNFINISHED, HOME_OF_ONE_MACHINE], ids=["unfinished work", "one machine's paths"])
def test_no_file_holds_words_that_do_not_belong(pattern: re.Pattern[str]) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in tracked_files()
        if path.suffix in TEXT_ENDINGS or path.name in {"Makefile", "setup", "lock", "run"}
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]
    assert not found, found


def test_no_except_star_clause_raises() -> None:
    """Python before 3.11.4 (Debian 12 has 3.11.2) wraps what is raised there in a group, and nobody catches it."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in python_files()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.TryStar)
        and any(isinstance(inner, ast.Raise) for handler in node.handlers for inner in ast.walk(handler))
    ]
    assert not found, f"catch BaseExceptionGroup and split it: {found}"


def test_requirements_are_pinned_with_hashes_and_without_addresses() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text()
        assert "--hash=sha256:" in text, path.name
        assert "://" not in text, f"{path.name} names an address"
        pins = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
        assert all("==" in pin for pin in pins), f"{path.name} has a requirement without a version"


def test_every_test_folder_is_a_package() -> None:
    folders = {path.parent for path in python_files("tests")}
    bare = [str(folder.relative_to(ROOT)) for folder in folders if not (folder / "__init__.py").exists()]
    assert not bare, f"add __init__.py, or a test folder hides a package of the product: {bare}"


def test_unit_and_property_tests_use_no_mocks_and_no_sleeps() -> None:
    forbidden = re.compile(r"unittest\.mock|MagicMock|mocker|(time|asyncio)\.sleep\(")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in python_files("tests")
        if path.relative_to(ROOT).parts[1] in {"unit", "property", "vectors"}
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if forbidden.search(line)
    ]
    assert not found


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_has_a_readme_with_the_five_headings(package: str) -> None:
    readme = ROOT / package / "README.md"
    assert readme.exists(), f"{package}/README.md is missing"
    text = readme.read_text()
    for heading in ("What this is", "Read first", "The flow", "The rules", "How to test"):
        assert re.search(rf"^#+ {heading}", text, re.MULTILINE), f"{package}/README.md lacks «{heading}»"


def test_every_dependency_earns_its_line() -> None:
    project = (ROOT / "pyproject.toml").read_text()
    dependencies = re.findall(r'^ {4}"([A-Za-z][A-Za-z0-9_-]+)', project, re.MULTILINE)
    document = (ROOT / "docs" / "dependencies.md").read_text().lower()
    missing = {name for name in dependencies if name.lower() not in document and not name.isupper()}
    missing -= {*PACKAGES, "tests"}
    missing = {name for name in missing if not re.fullmatch(r"[A-Z]+[0-9]*", name)}
    assert not missing, f"docs/dependencies.md does not say why: {sorted(missing)}"
