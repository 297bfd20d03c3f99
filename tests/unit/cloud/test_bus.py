from typing import get_args

from cloud.bus import HANDLERS
from cloud.domain_events import DomainEvent


def test_every_domain_event_is_in_the_table() -> None:
    assert set(HANDLERS) == set(get_args(DomainEvent))
    assert all(handlers for handlers in HANDLERS.values()), "an event that nobody reacts to is not needed"
