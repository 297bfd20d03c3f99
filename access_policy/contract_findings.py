"""Each contract of a member in a sentence: when it runs, and at which question it failed here and now, if at any."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from access_policy.contract_choice import QUESTIONS, QUESTIONS_ON_LEAVING, Case, schedules_of, visits_left
from access_policy.decision import Rule
from access_policy.entitlement import EntitlementWindow
from access_policy.finding import Finding, Moment, found
from access_policy.question import Question
from access_policy.schedule import DayWindow, windows_of_day

_FAILURES: Final = {
    Rule.CONTRACT_WINDOW: found("It does not run now."),
    Rule.CONTRACT_FREEZE: found("It is frozen now."),
    Rule.CONTRACT_ZONE: found("It does not lead into this zone."),
    Rule.CONTRACT_HOURS: found("It is outside of its hours."),
    Rule.CONTRACT_BOOKING: found("It needs a booking, and none is open at this moment."),
    Rule.CONTRACT_VISITS: found("It has no visits left."),
}


def contract_findings(question: Question) -> Iterator[Finding]:
    """The contracts in the order of the state, with their freezes, hours, bookings and visits."""
    entitlement = question.entitlement
    if entitlement is None or not entitlement.windows:
        yield found("The member has no contract.")
        return
    case = Case(question.site, entitlement, question.facts, question.zone_id, is_guest=question.is_guest)
    for window in entitlement.windows:
        yield found(
            "Contract {contract}: from {starts_at} until {ends_at}.",
            contract=window.contract_id,
            starts_at=Moment(window.starts_at),
            ends_at=Moment(window.ends_at),
        )
        yield from _conditions(window, case)
        yield _verdict(window, case)


def _verdict(window: EntitlementWindow, case: Case) -> Finding:
    for rule, _, passes in QUESTIONS if case.facts.direction == "in" else QUESTIONS_ON_LEAVING:
        if not passes(window, case):
            return _FAILURES[rule]
    return found("It lets the member pass.")


def _conditions(window: EntitlementWindow, case: Case) -> Iterator[Finding]:
    for freeze in window.freezes:
        yield found(
            "Frozen from {starts_at} until {ends_at}.",
            starts_at=Moment(freeze.starts_at),
            ends_at=Moment(freeze.ends_at),
        )
    if case.facts.direction == "out":
        return
    yield from _hours(window, case)
    if window.needs_booking:
        for booking in case.entitlement.bookings:
            yield found(
                "Booking {booking}: lets in from {opens_at} until {closes_at}.",
                booking=booking.booking_id,
                opens_at=Moment(booking.opens_at),
                closes_at=Moment(booking.closes_at),
            )
    left = visits_left(window, case.facts)
    if left is not None:
        yield found("Visits left: {count}.", count=max(0, left))
    if window.guests_per_day:
        yield found("Guests today: {count} of {limit}.", count=case.facts.guests_today, limit=window.guests_per_day)


def _hours(window: EntitlementWindow, case: Case) -> Iterator[Finding]:
    today = case.site.calendar.wall_time(case.facts.now_s).date()
    for schedule_id in schedules_of(window, case):
        schedule = case.site.schedules.get(schedule_id)
        if schedule is None:
            continue
        yesterday = windows_of_day(schedule, case.site.calendar, today - timedelta(days=1))
        late = tuple(DayWindow(0, one.to_minute - 1440) for one in yesterday if one.to_minute > 1440)
        windows = (*late, *windows_of_day(schedule, case.site.calendar, today))
        if windows:
            spans = ", ".join(f"{_clock(one.from_minute)}–{_clock(one.to_minute)}" for one in windows)
            yield found("Hours “{name}” today: {hours}.", name=schedule.name, hours=spans)
        else:
            yield found("Hours “{name}” today: closed.", name=schedule.name)


def _clock(minute: int) -> str:
    """A minute of the day as the clock shows it; one of the next day is written on: 26:00."""
    return f"{minute // 60:02}:{minute % 60:02}"
