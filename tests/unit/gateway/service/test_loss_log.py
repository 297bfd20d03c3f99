"""Once when lost, and once when back."""

import logging

import pytest

from gateway.service.loss_log import REASONS_MAX, LossLog

LOG = logging.getLogger("tests.loss_log")


def test_a_loss_is_told_once_for_each_reason_and_once_when_it_is_over(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    losses = LossLog(LOG)
    losses.tell_back("it is there")
    for attempt in range(5):
        losses.tell_loss(logging.WARNING, "refused", f"attempt {attempt}")
        losses.tell_loss(logging.ERROR, "no route", f"attempt {attempt}")
    assert losses.is_lost
    losses.tell_back("it is there again")
    losses.tell_back("it is there again")
    losses.tell_loss(logging.WARNING, "refused", "attempt 9")
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("WARNING", "refused; attempt 0"),
        ("ERROR", "no route; attempt 0"),
        ("INFO", "it is there again"),
        ("WARNING", "refused; attempt 9"),
    ]


def test_reasons_without_end_do_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    losses = LossLog(LOG)
    for number in range(1000):
        losses.tell_loss(logging.WARNING, f"reason {number}", "")
    assert len(caplog.records) == REASONS_MAX
