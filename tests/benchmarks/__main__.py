"""`python -m tests.benchmarks NAME [options]`: run one benchmark and print its figures."""

import argparse
import importlib
import pkgutil
import sys
from types import ModuleType

import tests.benchmarks
from tests.benchmarks.report import Report

_NOT_BENCHMARKS = {"__main__", "report"}


def benchmark_modules() -> dict[str, ModuleType]:
    """Every benchmark by name: the modules of this package that have `run`."""
    names = (info.name for info in pkgutil.iter_modules(tests.benchmarks.__path__))
    wanted = sorted(name for name in names if name not in _NOT_BENCHMARKS)
    modules = {name: importlib.import_module(f"tests.benchmarks.{name}") for name in wanted}
    return {name: module for name, module in modules.items() if hasattr(module, "run")}


def main(argv: list[str]) -> int:
    """Parse the arguments, run, print. Exit status 0 whether or not the target is met."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    commands = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    modules = benchmark_modules()
    for name, module in modules.items():
        command = commands.add_parser(name, help=(module.__doc__ or "").strip().splitlines()[0])
        command.add_argument("--json", action="store_true", help="print one JSON object on the last line")
        module.add_arguments(command)
    arguments = parser.parse_args(argv)
    report: Report = modules[arguments.name].run(arguments)
    print(report.to_text())
    if arguments.json:
        print(report.to_json())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
