"""The log for people, for systemd, and for programs."""

import json
import logging
import sys

from gateway.log_setup import formatter_for


def record(message: str, *values: object, level: int = logging.WARNING) -> logging.LogRecord:
    made = logging.LogRecord("gateway.service.reader_watch", level, "x.py", 1, message, values, None)
    made.created, made.msecs = 1_795_000_000.0, 0.0
    return made


def test_at_a_terminal_time_and_level_come_first_in_utc() -> None:
    assert formatter_for("text", {}).format(record("reader %s offline", "entry")) == (
        "2026-11-18 11:06:40,000 WARNING reader entry offline"
    )


def test_under_systemd_the_journal_is_told_the_level_of_every_line() -> None:
    formatter = formatter_for("text", {"JOURNAL_STREAM": "8:1234"})
    assert formatter.format(record("one\ntwo", level=logging.ERROR)) == "<3>one\n<3>two"
    assert formatter.format(record("fine", level=logging.INFO)) == "<6>fine"


def test_for_programs_the_fact_stays_apart_from_what_differs() -> None:
    fact = json.loads(formatter_for("json", {"JOURNAL_STREAM": "8:1"}).format(record("reader %s at %d", "entry", 9600)))
    assert fact == {
        "at": "2026-11-18T11:06:40.000+00:00",
        "level": "warning",
        "logger": "gateway.service.reader_watch",
        "message": "reader entry at 9600",
        "template": "reader %s at %d",
        "values": ["entry", 9600],
    }


def test_a_traceback_is_one_line_of_json_too() -> None:
    failed = record("it failed")
    try:
        raise OSError("disk")
    except OSError:
        failed.exc_info = sys.exc_info()
    line = formatter_for("json", {}).format(failed)
    assert "\n" not in line
    assert "OSError: disk" in json.loads(line)["traceback"]
