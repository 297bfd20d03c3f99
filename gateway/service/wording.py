"""What a decision says to the member, in their language.

A line break in a text separates what is so from what to do, and is kept on displays with room for it. The standard
texts fit two lines of sixteen characters, also in ASCII.
"""

from collections.abc import Mapping
from typing import Final

from access_policy.decision import Decision, Reason
from access_policy.flags import Flag
from access_policy.rules import REASON_OF_SOURCE
from gateway.domain.access_point import Direction
from gateway.texts.catalogue import SOURCE_LANGUAGE, Catalogue, language_of, mark

IDLE: Final = mark("Present your\ncard")
WELCOME: Final = mark("Welcome")
GOODBYE: Final = mark("Goodbye")
NEXT: Final = mark("You are next")
REASONS: Final[dict[Reason, str]] = {
    Reason.CREDENTIAL_NOT_FOUND: mark("Unknown card\nAsk at reception"),
    Reason.CREDENTIAL_NOT_ENABLED: mark("Card disabled\nAsk at reception"),
    Reason.CREDENTIAL_NOT_ACTIVE: mark("Membership not\nstarted yet"),
    Reason.CREDENTIAL_EXPIRED: mark("Membership has\nexpired"),
    Reason.CREDENTIAL_UNREADABLE: mark("Card not read\nTry again"),
    Reason.MEMBERSHIP_FROZEN: mark("Membership is\nfrozen"),
    Reason.NO_VISITS_LEFT: mark("No visits left\nAsk at reception"),
    Reason.NO_ENTITLEMENT: mark("No membership\nAsk at reception"),
    Reason.FLAGGED_BY_STAFF: mark("Please come to\nthe reception"),
    Reason.DUES_OVERDUE: mark("Payment overdue\nAsk at reception"),
    Reason.CERTIFICATE_MISSING: mark("Medical document\nis missing"),
    Reason.BLACK_LISTED: mark("Entry refused\nAsk at reception"),
    Reason.LEASE_EXPIRED: mark("System offline\nAsk at reception"),
    Reason.CLOCK_UNTRUSTED: mark("Clock is not set\nAsk at reception"),
    Reason.SITE_UNKNOWN: mark("Not ready yet\nAsk at reception"),
    Reason.INVALID_PIN: mark("Wrong PIN\nTry again"),
    Reason.PIN_MISSING: mark("Type your PIN,\nthen the card"),
    Reason.PIN_HELD_OFF: mark("Too many PINs\nWait a minute"),
    Reason.NOT_PERMITTED_AT_THIS_TIME: mark("Not at this hour\nAsk at reception"),
    Reason.ANTIPASSBACK_VIOLATION: mark("Already inside\nAsk at reception"),
    Reason.NO_BOOKING: mark("No booking now\nAsk at reception"),
    Reason.ZONE_NOT_PERMITTED: mark("Not in your plan\nAsk at reception"),
    Reason.ZONE_FULL: mark("We are full\nPlease wait"),
    Reason.NO_STAFF_INSIDE: mark("Not open yet\nPlease wait"),
    Reason.LANE_LOCKED: mark("Gate is locked\nAsk at reception"),
    Reason.LANE_BUSY: mark("One at a time\nPlease wait"),
    Reason.LANE_NOT_READY: mark("Out of service\nAsk at reception"),
}


OwnTexts = Mapping[str, Mapping[str, str]]
"""The site's own words: deny reason to language to text."""


def decision_text(
    decision: Decision,
    direction: Direction,
    *,
    site_locale: str,
    catalogue: Catalogue,
    own_texts: OwnTexts,
    is_queued: bool = False,
) -> str:
    """The whole text of a decision, its lines in the order of importance; `is_queued`: somebody passes before them.

    What staff wrote for this member comes first, then the site's own words in the member's language, then ours.
    """
    locale = decision.holder.locale if decision.holder else site_locale

    def reason_text(reason: Reason) -> str:
        own = own_texts.get(reason, {}).get(language_of(locale))
        return own or catalogue.translate(REASONS[reason], locale)

    def flag_text(flag: Flag) -> str:
        written = _find_text(flag.texts, (locale, site_locale, SOURCE_LANGUAGE))
        return written or reason_text(REASON_OF_SOURCE[flag.source])

    shown = [flag_text(flag) for flag in decision.flags]
    if decision.outcome == "message":
        return "\n".join(shown)
    if decision.outcome == "block":
        is_flagged = any(flag.effect == "block" for flag in decision.flags)
        return shown[0] if is_flagged else reason_text(decision.reason)
    greeting = WELCOME if direction == "in" else GOODBYE
    name = decision.holder.display_name if decision.holder else ""
    return f"{catalogue.translate(NEXT if is_queued else greeting, locale)}\n{name}".rstrip()


def _find_text(texts: Mapping[str, str], locales: tuple[str, ...]) -> str:
    """The text in the first of these languages that has one, else in any."""
    for locale in locales:
        text = texts.get(language_of(locale))
        if text:
            return text
    return next((text for text in texts.values() if text), "")
