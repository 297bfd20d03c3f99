"""What the gate's terms, dates, times and money are called in a language. One `Words` for each language.

Instants are shown in the club's zone; the exact one is always a hover away (`exact`).
"""

from collections.abc import Callable
from datetime import date, datetime, tzinfo
from functools import lru_cache
from typing import Final

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.numbers import format_decimal

from cloud.console.command_words import COMMAND_DETAILS, COMMAND_MODES, COMMAND_STATES, COMMANDS
from cloud.console.journal_words import JOURNAL_ALARMS, JOURNAL_FAULTS
from cloud.console.lane_words import LANE_MODES, LANE_NEWS, ORDERED_BY
from cloud.console.languages import LANGUAGES, catalogue, locale_of, mark
from cloud.console.self_test_words import CHECKS, FINDINGS, VERDICTS
from cloud.kit.money import format_money
from cloud.kit.telephone import show_telephone

# Every reason a gateway gives for its decision (`AccessDecided.reason`), as staff say it at the desk.
REASONS: Final = {
    "granted": mark("May pass"),
    "credential_not_found": mark("Unknown card"),
    "credential_unreadable": mark("Card could not be read"),
    "credential_not_enabled": mark("Card is not active"),
    "credential_not_active": mark("Contract has not begun"),
    "credential_expired": mark("Contract is over"),
    "invalid_pin": mark("Wrong PIN"),
    "not_permitted_at_this_time": mark("Outside of their hours"),
    "antipassback_violation": mark("Is inside already"),
    "membership_frozen": mark("Contract is frozen"),
    "no_visits_left": mark("No visits left"),
    "no_entitlement": mark("No contract"),
    "no_booking": mark("No booking"),
    "zone_not_permitted": mark("Contract does not include this zone"),
    "zone_full": mark("Zone is full"),
    "no_staff_inside": mark("No staff inside yet"),
    "pin_missing": mark("PIN was not entered"),
    "pin_held_off": mark("Too many wrong PINs"),
    "flagged_by_staff": mark("Blocked by staff"),
    "dues_overdue": mark("Dues are overdue"),
    "certificate_missing": mark("Medical certificate is missing"),
    "black_listed": mark("On the black list"),
    "lease_expired": mark("Gateway was offline for too long"),
    "clock_untrusted": mark("Gateway does not know the time"),
    "site_unknown": mark("Gateway has no data yet"),
    "lane_locked": mark("Lane is locked"),
    "lane_busy": mark("Lane was busy"),
    "lane_not_ready": mark("Lane was not ready"),
}
OUTCOMES: Final = {
    "allow": mark("Allowed"),
    "message": mark("Allowed with a message"),
    "block": mark("Refused"),
}
DIRECTIONS: Final = {"in": mark("in"), "out": mark("out")}
CONTRACT_STATES: Final = {
    "upcoming": mark("Not yet begun"),
    "expired": mark("Over"),
    "frozen": mark("Frozen"),
    "used_up": mark("Used up"),
    "active": mark("In force"),
    "grace": mark("Days of grace"),
    "extra_expiry": mark("Extra days"),
}
BALANCES: Final = {
    "green": mark("Not used yet"),
    "orange": mark("Partly used"),
    "red": mark("Nothing left"),
}
BALANCE_FIGURES: Final = {
    "active_fee": mark("With active fee"),
    "available": mark("With balance to use"),
    "unused": mark("Never used"),
    "no_booking": mark("No booking today"),
}
PLAN_KINDS: Final = {
    "fixed_term": mark("Fixed term"),
    "recurring": mark("Recurring"),
    "visit_pack": mark("Visit pack"),
    "trial": mark("Trial"),
}
CREDENTIAL_STATUSES: Final = {
    "active": mark("Active"),
    "suspended": mark("Suspended"),
    "lost": mark("Lost"),
    "revoked": mark("Revoked"),
}
MEMBER_STATES: Final = {
    "lead": mark("Lead"),
    "client": mark("Client"),
    "former": mark("Former member"),
}
SEXES: Final = {"female": mark("Female"), "male": mark("Male")}
CARD_TYPE_STATUSES: Final = {"active": mark("In force"), "suspended": mark("Suspended")}
FLAG_SOURCES: Final = {
    "manual": mark("Raised by staff"),
    "dues": mark("Unpaid dues"),
    "task": mark("Open task"),
    "certificate": mark("Medical certificate"),
    "freeze": mark("Freeze"),
    "black_list": mark("Black list"),
}
# What a tap signals to staff (`access_policy.decision.Signal`).
SIGNALS: Final = {
    "duress": mark("PIN for an emergency was typed"),
    "lost_credential": mark("Lost card was used"),
    "copied_credential": mark("Card may be a copy"),
    "emergency": mark("Emergency card was used"),
    "passback": mark("Came in again without leaving"),
    "lease_expired": mark("Let in by a gate that was offline for too long"),
}
# What stands at a lane (`access_policy.zone.DeviceKind`).
DEVICE_KINDS: Final = {
    "turnstile": mark("Turnstile"),
    "door": mark("Door"),
}
CLOCKS: Final = {
    "synced": mark("Clock is right"),
    "floor": mark("Clock may be slow"),
    "untrusted": mark("Clock is not known"),
}
_ALARMS: Final = {**LANE_NEWS, **SIGNALS, **JOURNAL_ALARMS}
_NOW_S: Final = 1


class Words:
    """How one language says things."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._locale: Locale = locale_of(language)
        self._texts = catalogue(language)

    def text(self, message: str, **values: str) -> str:
        """A marked text in this language with its `%(name)s` filled in; unknown ones come back as they are."""
        translated = self._texts.gettext(message) if message else ""
        return translated % values if values else translated

    def counted(self, singular: str, plural: str, count: int) -> str:
        """A text that agrees with its number, which it holds as `%(num)s`."""
        return self._texts.ngettext(singular, plural, count) % {"num": self.number(count)}

    def number(self, value: int) -> str:
        """A number with the language's separators."""
        return format_decimal(value, locale=self._locale)

    def money(self, minor: int, currency: str) -> str:
        """An amount in minor units, with its currency."""
        return format_money(minor, currency, str(self._locale))

    def day(self, day: date) -> str:
        """A calendar day, e.g. 12 Dec 2026."""
        return _medium_day(day, self._locale)

    def clock(self, at: datetime, zone: tzinfo) -> str:
        """The time of day with seconds, e.g. 12:03:04."""
        return format_time(at.astimezone(zone), "HH:mm:ss", locale=self._locale)

    def moment(self, at: datetime, zone: tzinfo) -> str:
        """The weekday, day and time of day of something ahead, e.g. Mon 23 Nov, 18:00."""
        return format_datetime(at.astimezone(zone), "EEE d MMM, HH:mm", locale=self._locale)

    def dated(self, at: datetime, zone: tzinfo) -> str:
        """The weekday, day, year and time of day of something ahead or long past, e.g. Mon 23 Nov 2026, 18:00."""
        return format_datetime(at.astimezone(zone), "EEE d MMM y, HH:mm", locale=self._locale)

    def weekday(self, day: date) -> str:
        """A calendar day with its weekday, e.g. Monday 23 November."""
        return format_date(day, "EEEE d MMMM", locale=self._locale)

    def weekdays(self) -> list[str]:
        """The names of the weekdays, Monday first."""
        return [format_date(date(2024, 1, number), "EEEE", locale=self._locale) for number in range(1, 8)]

    def hours(self, starts_at: datetime, ends_at: datetime, zone: tzinfo) -> str:
        """From when to when, e.g. 18:00 – 19:00."""
        return f"{starts_at.astimezone(zone):%H:%M} – {ends_at.astimezone(zone):%H:%M}"

    def since(self, at: datetime, now: datetime, zone: tzinfo) -> str:
        """The time of day, with the day before it unless it is today."""
        local = at.astimezone(zone)
        if local.date() == now.astimezone(zone).date():
            return self.clock(at, zone)
        return format_datetime(local, "d MMM, HH:mm:ss", locale=self._locale)

    def minute(self, at: datetime, zone: tzinfo) -> str:
        """Day and time without seconds, e.g. 21 Nov, 12:03."""
        return format_datetime(at.astimezone(zone), "d MMM, HH:mm", locale=self._locale)

    def exact(self, at: datetime, zone: tzinfo) -> str:
        """The whole instant, for hovers: Saturday, 21 November 2026, 12:03:04."""
        return format_datetime(at.astimezone(zone), "EEEE, d MMMM y, HH:mm:ss", locale=self._locale)

    def age(self, at: datetime, now: datetime) -> str:
        """How long ago, e.g. 3 min ago."""
        seconds = (now - at).total_seconds()
        if seconds < _NOW_S:
            return self.text(mark("now"))
        delta = at - now
        return format_timedelta(delta, add_direction=True, format="short", threshold=1, locale=self._locale)

    def ordered_by(self, who: str) -> str:
        """Who told a lane to be something: `local:USER` at the gateway itself, `stf_...` one of the staff."""
        source, _, name = ("console" if who.startswith("stf_") else who).partition(":")
        words = self.text(ORDERED_BY.get(source, who))
        return f"{words}, {name}" if name else words

    def signal(self, kind: str) -> str:
        """What an alarm tells of: a tap, a lane, or a journal; an unknown one is shown as it is."""
        return self.text(_ALARMS.get(kind, kind))

    def reason(self, reason: str) -> str:
        """A gateway's reason as staff say it; a newer gateway's unknown reason is shown as it is."""
        return self.text(REASONS.get(reason, reason))


@lru_cache(maxsize=4096)
def _medium_day(day: date, locale: Locale) -> str:
    """Kept, because a list is full of days, most of them the same as on the page before."""
    return format_date(day, "medium", locale=locale)


@lru_cache(maxsize=len(LANGUAGES))
def words_of(language: str) -> Words:
    """The words of a language."""
    return Words(language)


def filters_of(words: Words) -> dict[str, Callable[..., str]]:
    """What templates call by name, besides gettext."""

    def named(names: dict[str, str]) -> Callable[[str], str]:
        return lambda value: words.text(names.get(value, value))

    return {
        "age": words.age,
        "balance": named(BALANCES),
        "clock": words.clock,
        "command": named(COMMANDS),
        "command_detail": named(COMMAND_DETAILS),
        "command_mode": named(COMMAND_MODES),
        "command_state": named(COMMAND_STATES),
        "contract_state": named(CONTRACT_STATES),
        "clock_trust": named(CLOCKS),
        "credential_status": named(CREDENTIAL_STATUSES),
        "dated": words.dated,
        "day": words.day,
        "device_kind": named(DEVICE_KINDS),
        "direction": named(DIRECTIONS),
        "exact": words.exact,
        "flag_source": named(FLAG_SOURCES),
        "journal_fault": named(JOURNAL_FAULTS),
        "card_type_status": named(CARD_TYPE_STATUSES),
        "member_state": named(MEMBER_STATES),
        "sex": named(SEXES),
        "telephone": show_telephone,
        "lane_mode": named(LANE_MODES),
        "lane_news": named(LANE_NEWS),
        "minute": words.minute,
        "hours": words.hours,
        "moment": words.moment,
        "money": words.money,
        "number": words.number,
        "ordered_by": words.ordered_by,
        "plan_kind": named(PLAN_KINDS),
        "outcome": named(OUTCOMES),
        "reason": words.reason,
        "self_test_check": named(CHECKS),
        "self_test_finding": named(FINDINGS),
        "self_test_verdict": named(VERDICTS),
        "signal": words.signal,
        "since": words.since,
        "weekday": words.weekday,
    }
