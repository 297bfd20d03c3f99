"""The newest self-test on the disk, so that the cloud hears of it also after a restart, and its form in JSON."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from gateway.durable_files import write_private
from sync_protocol.self_test import SelfTestReport, is_sound

log = logging.getLogger(__name__)

FILE_NAME: Final = "self-test.json"
_SIZE_MAX: Final = 64 * 1024


class ReportFile:
    """One file in the state folder; it can be lost without harm."""

    def __init__(self, state_dir: Path) -> None:
        self._path = state_dir / FILE_NAME

    def save(self, report: SelfTestReport) -> None:
        """Replace the file; a disk that does not take it is a finding of the test, not a fault of it."""
        try:
            write_private(self._path, msgspec.json.encode(report))
        except OSError as error:
            log.warning("the self-test's result is not stored: %s", error)

    def load(self) -> SelfTestReport | None:
        """The stored result, or None when there is none that can be read."""
        try:
            with self._path.open("rb") as file:
                return msgspec.json.decode(file.read(_SIZE_MAX), type=SelfTestReport)
        except (OSError, msgspec.DecodeError):
            return None


def report_fields(report: SelfTestReport) -> Mapping[str, object]:
    """A report as JSON tells it: named fields, and the one verdict about the whole."""
    return {
        "tested_at_ms": report.tested_at_ms,
        "is_sound": is_sound(report.outcomes),
        "checks": [msgspec.structs.asdict(outcome) for outcome in report.outcomes],
    }
