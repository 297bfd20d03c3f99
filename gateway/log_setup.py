"""How the gateway's log is written: a line a fact on standard error, for people, for systemd, or for programs.

At a terminal with time and level; under systemd with the level as it wants it (sd-daemon(3)), so that
`journalctl -p warning` shows what matters, and without the time, which the journal adds; or as JSON, one object a line,
whose `template` and `values` are the fact and what differs from case to case.
"""

import json
import logging
import os
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, Literal

LogFormat = Literal["text", "json"]
LOG_FORMATS: Final[tuple[LogFormat, ...]] = ("text", "json")
_PRIORITIES: Final[Mapping[int, int]] = {
    logging.CRITICAL: 2,
    logging.ERROR: 3,
    logging.WARNING: 4,
    logging.INFO: 6,
    logging.DEBUG: 7,
}
"""syslog(3) levels by Python's."""
_TALKATIVE: Final = ("serialx", "asyncio", "mqtt")
"""They log every byte, or talk to themselves."""


class JsonFormatter(logging.Formatter):
    """One object a line."""

    def format(self, record: logging.LogRecord) -> str:
        values = record.args.values() if isinstance(record.args, Mapping) else record.args or ()
        fact: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "template": str(record.msg),
            "values": [value if isinstance(value, int | float | bool) else str(value) for value in values],
        }
        if record.exc_info:
            fact["traceback"] = self.formatException(record.exc_info)
        return json.dumps(fact, ensure_ascii=False)


class JournalFormatter(logging.Formatter):
    """For systemd's journal; each line of a message of several has its level."""

    def format(self, record: logging.LogRecord) -> str:
        mark = f"<{_PRIORITIES.get(record.levelno, 6)}>"
        return "\n".join(mark + line for line in super().format(record).splitlines())


def set_up_logging(form: LogFormat, *, is_debug: bool, environment: Mapping[str, str] = os.environ) -> None:
    """Write the log to standard error from now on."""
    handler = logging.StreamHandler()
    handler.setFormatter(formatter_for(form, environment))
    logging.basicConfig(level=logging.DEBUG if is_debug else logging.INFO, handlers=[handler])
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def formatter_for(form: LogFormat, environment: Mapping[str, str]) -> logging.Formatter:
    """JOURNAL_STREAM is set by systemd where standard error is its journal (systemd.exec(5))."""
    if form == "json":
        return JsonFormatter()
    if "JOURNAL_STREAM" in environment:
        return JournalFormatter("%(message)s")
    formatter = logging.Formatter("%(asctime)s %(levelname)s %(message)s")
    formatter.converter = time.gmtime
    return formatter
