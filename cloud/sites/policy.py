"""What may be chosen for a site: the rules of its gates, with their bounds. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, get_args
from zoneinfo import ZoneInfo

from access_policy.decision import Reason
from access_policy.site_policy import ClockPolicy, ExitPolicy, LeasePolicy
from cloud.errors import invalid_field

LOCALES: Final = ("en", "it", "ru")
LEASE_DAYS_MAX: Final = 90
FACILITY_CODE_MAX: Final = 255
TRAVEL_S_MAX: Final = 600
BOOKING_MINUTES_MAX: Final = 240
WARN_DAYS_MAX: Final = 90
TEXT_CHARACTERS_MAX: Final = 80
"""Five lines of a display's sixteen characters; with it all texts of a site fit one message to a gateway."""

REFUSALS: Final = tuple(reason for reason in Reason if reason not in {Reason.GRANTED, Reason.SITE_UNKNOWN})
"""What a site may have its own words for. A gateway that does not know its site knows no words of it either."""


@dataclass(frozen=True, slots=True)
class SiteRules:
    """What is chosen for a site; time zone and facility code for ever, the rest until it is changed.

    `lease_days` 0 to 90, `facility_code` 0 to 255, `time_zone` an IANA name. `lease_policy`, `clock_policy`,
    `exit_policy` and `impossible_travel_s` (0 to 600) are those of `access_policy.site_policy.SiteRules`.
    `refusal_texts` are the site's own words on the display: reason to language to text of at most 80 characters.
    Who has booked may come in so many minutes before the session, and after its end (0 to 240). Where a medical
    certificate is required, members are reminded in its last `certificate_warn_days` days (0 to 90).
    """

    name: str
    time_zone: str
    locale: str = "en"
    lease_days: int = 30
    facility_code: int = 1
    lease_policy: str = "refuse"
    clock_policy: str = "refuse_in_doubt"
    exit_policy: str = "check"
    impossible_travel_s: int = 10
    refusal_texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    booking_minutes_before: int = 30
    booking_minutes_after: int = 15
    certificate_required: bool = False
    certificate_warn_days: int = 14


def check_rules(rules: SiteRules) -> None:
    """Raise InvalidError, which names the field, unless all rules can be used."""
    check_name(rules.name)
    _check_time_zone(rules.time_zone)
    _check_choice("locale", rules.locale, LOCALES)
    _check_choice("lease_policy", rules.lease_policy, get_args(LeasePolicy))
    _check_choice("clock_policy", rules.clock_policy, get_args(ClockPolicy))
    _check_choice("exit_policy", rules.exit_policy, get_args(ExitPolicy))
    _check_number("lease_days", rules.lease_days, LEASE_DAYS_MAX)
    _check_number("facility_code", rules.facility_code, FACILITY_CODE_MAX)
    _check_number("impossible_travel_s", rules.impossible_travel_s, TRAVEL_S_MAX)
    _check_number("booking_minutes_before", rules.booking_minutes_before, BOOKING_MINUTES_MAX)
    _check_number("booking_minutes_after", rules.booking_minutes_after, BOOKING_MINUTES_MAX)
    _check_number("certificate_warn_days", rules.certificate_warn_days, WARN_DAYS_MAX)
    _check_texts(rules.refusal_texts)


def check_name(name: str) -> None:
    """Raise InvalidError unless the name of a site or lane is one line of 1 to 120 characters."""
    if not (0 < len(name.strip()) <= 120 and name.strip().isprintable()):
        raise invalid_field("name", "bad_length", "Use 1 to 120 characters in one line.")


def _check_time_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise invalid_field("time_zone", "unknown_time_zone", "Use an IANA name such as Europe/Rome.") from error


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise invalid_field(name, f"unknown_{name}", f"Use one of {', '.join(choices)}.")


def _check_number(name: str, value: int, highest: int) -> None:
    if not 0 <= value <= highest:
        raise invalid_field(name, "out_of_range", f"Use 0 to {highest}.")


def _check_texts(texts: Mapping[str, Mapping[str, str]]) -> None:
    for reason, by_language in texts.items():
        _check_choice("refusal_texts", reason, REFUSALS)
        for language, text in by_language.items():
            _check_choice("refusal_texts", language, LOCALES)
            if not (0 < len(text) <= TEXT_CHARACTERS_MAX and text.isprintable()):
                message = f"Use 1 to {TEXT_CHARACTERS_MAX} characters in one line."
                raise invalid_field("refusal_texts", "bad_length", message)
