"""What the API gives about sites, lanes and gateways."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from cloud.sites import service
from cloud.sites.models import Gateway, Lane, Site


class SiteOut(BaseModel):
    """A club."""

    id: str = Field(examples=["sit_06f3v7q8x0k2m4n6p8r0"])
    name: str
    time_zone: str = Field(examples=["Europe/Rome"])
    locale: str
    lease_days: int = Field(description="How long a gateway goes on without a word from here.")
    facility_code: int

    @classmethod
    def of(cls, site: Site) -> Self:
        """What the table holds, without the keys."""
        return cls(
            id=site.id,
            name=site.name,
            time_zone=site.time_zone,
            locale=site.locale,
            lease_days=site.lease_days,
            facility_code=site.facility_code,
        )


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


class GatewayList(BaseModel):
    """All gateways at work at a site or at all sites."""

    items: list[GatewayOut]
    next: None = None
