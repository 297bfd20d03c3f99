"""What the API takes and gives about sites, lanes and gateways."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from access_policy.site_policy import ClockPolicy, ExitPolicy, LeasePolicy
from cloud.kit.i18n import Language
from cloud.kit.text_fields import Line
from cloud.sites import policy, service
from cloud.sites.models import Gateway, Lane, Site


def _refusal(value: str) -> str:
    if value not in policy.REFUSALS:
        raise ValueError("must be a reason for which a gate refuses")
    return value


Refusal = Annotated[str, AfterValidator(_refusal)]
BookingMinutes = Annotated[int, Field(ge=0, le=policy.BOOKING_MINUTES_MAX)]
DisplayText = Annotated[Line, StringConstraints(min_length=1, max_length=policy.TEXT_CHARACTERS_MAX)]


class SiteOut(BaseModel):
    """A club."""

    id: str = Field(examples=["sit_06f3v7q8x0k2m4n6p8r0"])
    name: str
    time_zone: str = Field(examples=["Europe/Rome"])
    locale: str
    lease_days: int = Field(description="How long a gateway goes on without a word from here.")
    facility_code: int
    lease_policy: str = Field(description="After the lease: `refuse` all, `staff_only`, or `allow_and_report`.")
    clock_policy: str = Field(
        description="Without a trusted clock: `refuse_in_doubt`, `staff_only`, or `ignore_times` that may be wrong."
    )
    exit_policy: str = Field(
        description="`check`: leaving obeys blocks like entering; `may_leave`: everybody known may."
    )
    impossible_travel_s: int = Field(description="A card at two lanes within so many seconds is a copy; 0: no check.")
    refusal_texts: dict[str, dict[str, str]] = Field(description="The site's own words: reason to language to text.")
    booking_minutes_before: int = Field(description="Who has booked may come so many minutes before the session.")
    booking_minutes_after: int
    certificate_required: bool = Field(description="Without a valid medical certificate nobody comes in.")
    certificate_warn_days: int

    @classmethod
    def of(cls, site: Site) -> Self:
        """What the table holds, without the keys."""
        return cls(id=site.id, **asdict(service.rules_of(site)))


class SiteChange(BaseModel):
    """What to change of a site's rules; what is left out stays. All own words of a site are replaced as a whole."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[Line, StringConstraints(min_length=1, max_length=120)] = "-"
    locale: Language = "en"
    lease_days: Annotated[int, Field(ge=0, le=policy.LEASE_DAYS_MAX)] = 0
    lease_policy: LeasePolicy = "refuse"
    clock_policy: ClockPolicy = "refuse_in_doubt"
    exit_policy: ExitPolicy = "check"
    impossible_travel_s: Annotated[int, Field(ge=0, le=policy.TRAVEL_S_MAX)] = 0
    refusal_texts: dict[Refusal, dict[Language, DisplayText]] = Field(
        default={}, examples=[{"not_permitted_at_this_time": {"en": "Open from 6", "it": "Si apre alle 6"}}]
    )
    booking_minutes_before: BookingMinutes = 0
    booking_minutes_after: BookingMinutes = 0
    certificate_required: bool = False
    certificate_warn_days: Annotated[int, Field(ge=0, le=policy.WARN_DAYS_MAX)] = 0


class LaneOut(BaseModel):
    """A way through the gate; `gateway_id` is the gateway at work there, if one is enrolled."""

    id: str
    site_id: str
    name: str
    gateway_id: str | None

    @classmethod
    def of(cls, lane: Lane, gateway_id: str | None) -> Self:
        """The lane and its gateway."""
        return cls(id=lane.id, site_id=lane.site_id, name=lane.name, gateway_id=gateway_id)


class ReaderOut(BaseModel):
    """One reader as its gateway sees it."""

    lane_id: str
    reader: str
    is_online: bool
    is_secure: bool


class GatewayOut(BaseModel):
    """A gateway, and what it last said of itself."""

    id: str
    site_id: str
    lane_id: str
    name: str
    is_connected: bool = Field(description="Heard within the last 40 s.")
    last_seen_at: datetime | None
    enrolled_at: datetime
    software_version: str | None
    applied_revision: int = Field(description="The revision in force there.")
    applied_at: datetime | None
    waiting_events: int | None = Field(description="Events that it still has to send.")
    clock: str | None = Field(description="untrusted, floor or synced")
    readers: list[ReaderOut]

    @classmethod
    def of(cls, gateway: Gateway, now: datetime) -> Self:
        """What the table holds, as of now."""
        first, upcoming = gateway.outbox_first_seq, gateway.outbox_next_seq
        return cls(
            id=gateway.id,
            site_id=gateway.site_id,
            lane_id=gateway.lane_id,
            name=gateway.name,
            is_connected=service.is_connected(gateway, now),
            last_seen_at=gateway.last_seen_at,
            enrolled_at=gateway.enrolled_at,
            software_version=gateway.software_version,
            applied_revision=gateway.applied_revision,
            applied_at=gateway.applied_at,
            waiting_events=None if first is None or upcoming is None else upcoming - first,
            clock=gateway.clock,
            readers=[ReaderOut.model_validate(reader) for reader in gateway.readers],
        )


class SiteList(BaseModel):
    """All sites; there are few, so there are no pages (`next` is always null)."""

    items: list[SiteOut]
    next: None = None


class LaneList(BaseModel):
    """All lanes of a site or of all sites."""

    items: list[LaneOut]
    next: None = None
