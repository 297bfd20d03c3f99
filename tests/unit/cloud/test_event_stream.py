"""Event streams are bounded, for one session and in all."""

from contextlib import ExitStack

import pytest

from cloud.errors import TooManyRequestsError
from cloud.event_stream import OpenStreams


def test_one_session_cannot_open_streams_without_end() -> None:
    streams = OpenStreams(of_one_max=2, in_all_max=10)
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(streams.hold("ses_1"))
        with pytest.raises(TooManyRequestsError), streams.hold("ses_1"):
            pass
        stack.enter_context(streams.hold("ses_2"))
    with streams.hold("ses_1"):
        pass


def test_many_sessions_together_cannot_either() -> None:
    streams = OpenStreams(of_one_max=2, in_all_max=3)
    with ExitStack() as stack:
        for number in range(3):
            stack.enter_context(streams.hold(f"ses_{number}"))
        with pytest.raises(TooManyRequestsError), streams.hold("ses_4"):
            pass
