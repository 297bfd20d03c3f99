"""The gateway's tables as CSV or JSON, by a list of what may leave: no hash of a card or a PIN, no key, ever.

Members are personal data: the file is for its owner alone (mode 0600).
"""

import csv
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal, TextIO

from gateway.inspection.stored_journal import all_events
from gateway.inspection.stored_state import StoredState
from gateway.installer.bench import InstallerRefusedError
from sync_protocol.state_rows import CredentialRow, EntitlementRow, FlagRow

Format = Literal["csv", "json"]
Fields = Mapping[str, Any]
PROGRESS_EVERY: Final = 10_000


def _members(state_dir: Path) -> Iterator[Fields]:
    with StoredState.open(state_dir) as state:
        for row in state.rows("entitlement"):
            assert isinstance(row, EntitlementRow), "the key says so"
            yield {
                "member_id": row.member_id,
                "display_name": row.display_name,
                "locale": row.locale,
                "role": row.role,
                "contract_ids": [window.contract_id for window in row.windows],
                "starts_at": min((window.starts_at for window in row.windows), default=None),
                "ends_at": max((window.ends_at for window in row.windows), default=None),
            }


def _credentials(state_dir: Path) -> Iterator[Fields]:
    with StoredState.open(state_dir) as state:
        for row in state.rows("credential"):
            assert isinstance(row, CredentialRow), "the key says so"
            yield {"member_id": row.member_id, "status": row.status, "has_pin": bool(row.pin_hash)}


def _flags(state_dir: Path) -> Iterator[Fields]:
    with StoredState.open(state_dir) as state:
        for row in state.rows("flag"):
            assert isinstance(row, FlagRow), "the key says so"
            yield {
                "flag_id": row.flag_id,
                "member_id": row.member_id,
                "source": row.source,
                "effect": row.effect,
                "priority": row.priority,
                "starts_at": row.starts_at,
                "ends_at": row.ends_at,
            }


def _events(state_dir: Path) -> Iterator[Fields]:
    for fields in all_events(state_dir):
        yield {name: fields.get(name) for name in _EVENT_COLUMNS}


_EVENT_COLUMNS: Final = (
    "seq",
    "at",
    "clock",
    "event",
    "lane_id",
    "direction",
    "reader",
    "outcome",
    "reason",
    "rule",
    "member_id",
    "contract_id",
    "tap_id",
    "state",
    "detail",
    "decided_in_us",
)
TABLES: Final[Mapping[str, Callable[[Path], Iterator[Fields]]]] = {
    "members": _members,
    "credentials": _credentials,
    "flags": _flags,
    "events": _events,
}


def export_table(state_dir: Path, table: str, output: Path, form: Format, tell: Callable[[str], None]) -> int:
    """Write a table to `output` (`-`: the standard output) and return how many rows it has.

    Raises:
        InstallerRefusedError: the file is there already.
        NoStoreError: there is nothing to read.
    """
    with _opened(output) as file:
        rows = _counted(TABLES[table](state_dir), tell)
        return _write_csv(file, rows) if form == "csv" else _write_json(file, rows)


@contextmanager
def _opened(output: Path) -> Iterator[TextIO]:
    if output == Path("-"):
        yield sys.stdout
        return
    try:
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError as error:
        raise InstallerRefusedError(f"{output} is there already: name another file, or remove it") from error
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        yield file


def _counted(rows: Iterator[Fields], tell: Callable[[str], None]) -> Iterator[Fields]:
    for number, row in enumerate(rows, start=1):
        if number % PROGRESS_EVERY == 0:
            tell(f"{number} rows")
        yield row


def _write_csv(file: TextIO, rows: Iterator[Fields]) -> int:
    """A column for each name of the first row; what is not a plain value is JSON within its cell."""
    writer, count = None, 0
    for count, row in enumerate(rows, start=1):  # noqa: B007 - the count is the result
        writer = writer or _begun(file, row)
        writer.writerow({name: _cell(value) for name, value in row.items()})
    return count


def _begun(file: TextIO, row: Fields) -> "csv.DictWriter[str]":
    writer = csv.DictWriter(file, list(row))
    writer.writeheader()
    return writer


def _cell(value: object) -> object:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


def _write_json(file: TextIO, rows: Iterator[Fields]) -> int:
    """One array, an object a line: large ones can be read line by line."""
    count = 0
    file.write("[")
    for count, row in enumerate(rows, start=1):
        file.write(f"{',' if count > 1 else ''}\n{json.dumps(row, ensure_ascii=False)}")
    file.write("\n]\n")
    return count
