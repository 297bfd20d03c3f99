"""What there is to tell somebody who comes to a session. Pure."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Final

from cloud.contracts.policy import Terms, last_day_of_fee

ENDS_WITHIN: Final = timedelta(days=7)
"""A subscription that ends so soon after the session is spoken of."""


def is_trial(booked_with: str | None, member_state: str, kinds: Collection[str]) -> bool:
    """Whether somebody comes to try.

    They booked with a trial, are a lead, or have bought nothing but trials so far: a lead who prepays one is a client
    from then on, and may have booked before.

    Args:
        booked_with: the kind of the contract that the booking is made with; None: without any.
        member_state: `lead`, `client` or `former`.
        kinds: the kinds of all contracts that they ever had.
    """
    return booked_with == "trial" or member_state == "lead" or set(kinds) == {"trial"}


def ending_on(held: Iterable[Terms], day: date) -> date | None:
    """The last day of what somebody has bought, if it is near on a day; None: it is not, or nothing ever ran.

    What is over is told, too: the last day may be past. Nothing is told while another contract follows.
    """
    last = max((last_day_of_fee(terms) for terms in held), default=None)
    return last if last is not None and last <= day + ENDS_WITHIN else None
