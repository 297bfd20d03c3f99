"""Everything that the gateway knows about one presented credential, read in one go from the state in force."""

from dataclasses import dataclass

from gateway.domain.credential import Credential
from gateway.domain.entitlement import Entitlement
from gateway.domain.flags import Flag


@dataclass(frozen=True, slots=True)
class SiteRules:
    """The site's rules that each decision needs; `lease_days` (0 to 90) bounds how long allows hold without contact."""

    site_id: str
    name: str
    time_zone: str
    locale: str
    lease_days: int = 30


@dataclass(frozen=True, slots=True)
class GateView:
    """What was found at `revision`; `site` is None as long as no state has ever arrived.

    `last_contact_at` is the newest signed word of the cloud, in UTC seconds; None means never.
    """

    credential: Credential | None
    entitlement: Entitlement | None
    flags: tuple[Flag, ...]
    site: SiteRules | None
    revision: int
    last_contact_at: int | None
