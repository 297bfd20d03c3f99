"""How a line of the log looks: for people, or as one JSON object; both name the request that it is about."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Final, Literal, get_args

from cloud.kit import request_ids

LogFormat = Literal["text", "json"]
LOG_FORMATS: Final = get_args(LogFormat)
_TALKATIVE: Final = ("alembic", "uvicorn")


def configure(*, form: LogFormat, is_debugging: bool) -> None:
    """Let this process log to its standard error output."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    logging.basicConfig(level=logging.DEBUG if is_debugging else logging.INFO, handlers=[handler])
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


class TextLines(logging.Formatter):
    """`2026-11-22 03:40:00,123 INFO cloud.server: listening on ... [request 5f0c...]`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name in logging
        request_id = request_ids.current()
        return super().formatMessage(record) + (f" [request {request_id}]" if request_id else "")


class JsonLines(logging.Formatter):
    """One object a line: `at` (UTC), `level`, `logger`, `message`, and where there are such `request_id`, `exception`.

    What a caller gives as `extra={"fields": {...}}` stands beside them.
    """

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id := request_ids.current():
            told["request_id"] = request_id
        told |= getattr(record, "fields", {})
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False, default=str)
