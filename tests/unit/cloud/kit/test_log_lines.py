"""A line of the log is text or one JSON object, and names its request."""

import contextvars
import json
import logging
import sys

from cloud.kit import request_ids
from cloud.kit.log_lines import JsonLines, TextLines


def record(**extra: object) -> logging.LogRecord:
    made = logging.LogRecord("cloud.test", logging.WARNING, __file__, 1, "said %s", ("«it»",), None)
    made.__dict__.update(extra)
    return made


def in_request(formatter: logging.Formatter, told: logging.LogRecord) -> str:
    def act() -> str:
        request_ids.begin(b"0123456789abcdef")
        return formatter.format(told)

    return contextvars.copy_context().run(act)


def test_json_has_one_object_a_line_with_fields_and_request() -> None:
    line = in_request(JsonLines(), record(fields={"status": 200}))
    told = json.loads(line)
    assert "\n" not in line
    assert (told["level"], told["logger"], told["message"]) == ("warning", "cloud.test", "said «it»")
    assert (told["request_id"], told["status"], told["at"][-6:]) == ("0123456789abcdef", 200, "+00:00")


def test_an_exception_stays_in_the_line() -> None:
    try:
        raise ValueError("broken")
    except ValueError:
        line = JsonLines().format(record(exc_info=sys.exc_info()))
    assert "\n" not in line
    assert "ValueError: broken" in json.loads(line)["exception"]


def test_text_names_the_request_where_there_is_one() -> None:
    assert in_request(TextLines(), record()).endswith("WARNING cloud.test: said «it» [request 0123456789abcdef]")
    outside = contextvars.Context().run(TextLines().format, record())
    assert outside.endswith("said «it»")
