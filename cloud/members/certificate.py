"""What follows at the gate from the last day of a medical certificate. Pure: dates in, spans of flags out."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from cloud.kit.clock import start_of_day


@dataclass(frozen=True, slots=True)
class CertificateFlag:
    """A flag that acts from `starts_at` (None: already) until `ends_at` (None: for good)."""

    effect: Literal["message", "block"]
    starts_at: datetime | None = None
    ends_at: datetime | None = None


def certificate_flags(until: date | None, *, warn_days: int, zone: ZoneInfo) -> tuple[CertificateFlag, ...]:
    """The flags of a member at a site that asks for a certificate, dated ahead so that they act offline too.

    Without a certificate the member is stopped. With one they are reminded in the last `warn_days` days, pass on its
    last day `until` up to midnight, and are stopped from then on.
    """
    if until is None:
        return (CertificateFlag("block"),)
    over_at = start_of_day(until + timedelta(days=1), zone)
    warned_at = start_of_day(until + timedelta(days=1 - warn_days), zone)
    reminder = (CertificateFlag("message", warned_at, over_at),) if warn_days else ()
    return (*reminder, CertificateFlag("block", over_at))
