"""The words of `tornello-cloud` for what comes into the database by the thousand: import, seed."""

import argparse
from pathlib import Path
from typing import Any, Final

_IMPORT: Final = """\
Bring members in from a CSV (UTF-8) or XLSX file, and say of each line that added nobody why. Others may work meanwhile:
some lines are a transaction. The same file, given again within a week of an interruption, goes on where it was.
Who is there already, by telephone or e-mail address, is left as they are. Columns are known by their header in English,
Italian or Russian; a mapping file names the others, a line each: `Column = field`, or `Column =` to leave one out.
"""
_IMPORT_EXAMPLES: Final = """\
examples:
  tornello-cloud import members.xlsx --site sit_... --dry-run           say what would become of each line
  tornello-cloud import members.csv --site sit_... --mapping columns.txt
  tornello-cloud import members.csv --site sit_... --json | jq '.lines[] | select(.outcome == "refused")'

exit codes: 0 every line is a member now, 1 failed, 2 wrong usage, settings, file or mapping, 3 lines were refused
(the others were added)
"""
_SEED: Final = """\
Write a made-up club into an empty database, to try out what a large one is like: sites with lanes and staff, members
with cards, contracts, dues and tasks, sessions with bookings, and two years of visits. On the same day the same seed
gives the same people. Staff sign in as owner@club.example, desk1@club.example and so on, all with one password, which
is told once where none was given. A seeding that was interrupted is thrown away with its database.
"""
_SEED_EXAMPLES: Final = """\
examples:
  tornello-cloud seed --members 2000 --visits 50000
  tornello-cloud seed --members 100000 --visits 2000000 --seed 7 --password-file password --json

exit codes: 0 done, 1 the database is not empty, or failed, 2 wrong usage or settings
"""


def add_data(words: Any) -> None:
    """Add the commands; `words` is what `add_subparsers` gives."""
    _add_import(_add(words, "import", "bring members in from a CSV or XLSX file", _IMPORT, _IMPORT_EXAMPLES))
    _add_seed(_add(words, "seed", "write a made-up club into an empty database", _SEED, _SEED_EXAMPLES))


def _add(words: Any, name: str, help_text: str, description: str, examples: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = words.add_parser(
        name,
        help=help_text,
        description=description,
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return parser


def _add_seed(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--members", type=int, required=True, metavar="N", help="1 to 1000000")
    parser.add_argument("--visits", type=int, default=0, metavar="M", help="in the last two years, 0 to 20000000 (0)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="another number, another club (1)")
    parser.add_argument("--sites", type=int, metavar="K", help="1 to 5 (one for each 40000 members begun)")
    parser.add_argument("--password-file", type=Path, metavar="FILE", help="its first line is the staff's password")
    parser.add_argument("--json", action="store_true", help="answer with one JSON object")


def _add_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--site", required=True, metavar="SITE_ID", help="their home site")
    parser.add_argument("--mapping", type=Path, metavar="FILE", help="which column is which field")
    parser.add_argument("--dry-run", action="store_true", help="keep nothing, only report")
    parser.add_argument("--json", action="store_true", help="answer with one JSON object: every line and its outcome")
