"""What the desired state does about domain events: it notes whom they concern."""

from cloud.database import UnitOfWork
from cloud.desired_state.projection import note_member, note_site
from cloud.domain_events import (
    ContractChanged,
    CredentialChanged,
    FlagCleared,
    FlagRaised,
    LaneAdded,
    MemberChanged,
    SiteAdded,
    SiteChanged,
)

AboutMember = MemberChanged | CredentialChanged | ContractChanged | FlagRaised | FlagCleared
AboutSite = SiteAdded | LaneAdded | SiteChanged


def project_member(session: UnitOfWork, event: AboutMember) -> None:
    """Whatever it was: everything the gates know about this member is made anew."""
    note_member(session, event.member_id)


def project_site(session: UnitOfWork, event: AboutSite) -> None:
    """Whatever it was: everything that holds for the whole site is made anew."""
    note_site(session, event.site_id)
