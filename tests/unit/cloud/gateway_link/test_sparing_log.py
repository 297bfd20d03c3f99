import logging

import pytest

from cloud.gateway_link.sparing_log import EVERY_S, SparingLog


def test_each_sort_is_said_once_a_minute_with_how_often_it_was_kept_back(caplog: pytest.LogCaptureFixture) -> None:
    times = iter([0.0, 1.0, 2.0, 3.0, EVERY_S])
    log = SparingLog(logging.getLogger("test"), clock=lambda: next(times))
    for number in range(3):
        log.warn("gateway %s is odd", number)
    log.warn("gateway %s is loud", 3)
    log.warn("gateway %s is odd", 4)
    assert [record.getMessage() for record in caplog.records] == [
        "gateway 0 is odd",
        "gateway 3 is loud",
        "gateway 4 is odd (2 more like this since the last one)",
    ]
