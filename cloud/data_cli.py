"""The words of `tornello-cloud` for what comes into the database by the thousand: import, seed."""

import argparse
from pathlib import Path
from typing import Any, Final

_IMPORT: Final = """\
Bring members in from a CSV (UTF-8) or XLSX file, in one transaction, and say of each line that added nobody why.
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


def add_data(words: Any) -> None:
    """Add the commands; `words` is what `add_subparsers` gives."""
    parser: argparse.ArgumentParser = words.add_parser(
        "import",
        help="bring members in from a CSV or XLSX file",
        description=_IMPORT,
        epilog=_IMPORT_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--site", required=True, metavar="SITE_ID", help="their home site")
    parser.add_argument("--mapping", type=Path, metavar="FILE", help="which column is which field")
    parser.add_argument("--dry-run", action="store_true", help="keep nothing, only report")
    parser.add_argument("--json", action="store_true", help="answer with one JSON object: every line and its outcome")
