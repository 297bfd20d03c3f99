"""Everything that the state in force says about one presented credential, read in one go."""

from dataclasses import dataclass

from access_policy.credential import Credential
from access_policy.entitlement import Entitlement
from access_policy.flags import Flag
from access_policy.site_policy import SitePolicy


@dataclass(frozen=True, slots=True)
class GateView:
    """What was found at `revision`; `site` is None as long as no state has ever arrived.

    `last_contact_at` is the newest signed word of the cloud, in UTC seconds; None means never.
    """

    credential: Credential | None
    entitlement: Entitlement | None
    flags: tuple[Flag, ...]
    site: SitePolicy | None
    revision: int
    last_contact_at: int | None
