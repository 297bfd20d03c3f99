"""The words of `tornello-cloud` for those who keep it running: check, backup, restore."""

import argparse
from pathlib import Path
from typing import Any, Final

_CHECK: Final = """\
Look at settings, database, certificates, broker and disk, and change nothing.
Each finding is fine, a warning, or failed.
"""
_CHECK_EXAMPLES: Final = """\
examples:
  tornello-cloud check
  tornello-cloud check --json | jq -r '.findings[] | select(.verdict != "fine") | .text'

exit codes: 0 nothing failed, 1 something failed, 2 the settings cannot be used
"""
_BACKUP: Final = """\
Write the whole database to a file, while the service runs.
The secret and the authority's folder are not in it: keep them apart.
"""
_BACKUP_EXAMPLES: Final = """\
examples:
  tornello-cloud backup /var/backups/tornello-2026-11-22.backup
  tornello-cloud backup --force --json /var/backups/tornello.backup
"""
_RESTORE: Final = """\
Put a backup in the place of the database, with the service stopped.
Gateways keep what they have until the service runs again; then each gets the restored state as a whole.
"""
_RESTORE_EXAMPLES: Final = """\
examples:
  tornello-cloud restore /var/backups/tornello-2026-11-22.backup            an empty database
  tornello-cloud restore --force /var/backups/tornello-2026-11-22.backup    what it holds is lost
"""


def add_upkeep(words: Any) -> None:
    """Add the commands; `words` is what `add_subparsers` gives."""
    checking = _add(words, "check", "look whether everything that the service needs is there", _CHECK, _CHECK_EXAMPLES)
    backup = _add(words, "backup", "write the whole database to a file", _BACKUP, _BACKUP_EXAMPLES)
    restore = _add(words, "restore", "put a backup in the place of the database", _RESTORE, _RESTORE_EXAMPLES)
    for parser, what in ((backup, "an older file of this name"), (restore, "what the database holds")):
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--force", action="store_true", help=f"replace {what}")
    for parser in (checking, backup, restore):
        parser.add_argument("--json", action="store_true", help="answer with one JSON object")


def _add(words: Any, name: str, help_text: str, description: str, examples: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = words.add_parser(
        name,
        help=help_text,
        description=description,
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return parser
