"""What the desired state does about domain events: it notes whom they concern."""

from cloud.database import UnitOfWork
from cloud.desired_state.projection import note_everybody, note_member, note_member_at_site, note_site
from cloud.domain_events import (
    BookingChanged,
    ContractChanged,
    ContractsProlonged,
    CredentialChanged,
    DuesChanged,
    FlagCleared,
    FlagRaised,
    LaneAdded,
    MemberChanged,
    MemberJoinedSite,
    MemberLeftSite,
    MemberRulesChanged,
    SiteAdded,
    SiteChanged,
    TaskChanged,
)

AboutMember = (
    MemberChanged
    | MemberJoinedSite
    | CredentialChanged
    | ContractChanged
    | DuesChanged
    | BookingChanged
    | FlagRaised
    | FlagCleared
    | TaskChanged
)
AboutSite = SiteAdded | LaneAdded | SiteChanged


def project_member(session: UnitOfWork, event: AboutMember) -> None:
    """Whatever it was: everything the gates know about this member is made anew."""
    note_member(session, event.member_id)


def project_members(session: UnitOfWork, event: ContractsProlonged) -> None:
    """The same about all whom it concerns."""
    for _, member_id in event.contracts:
        note_member(session, member_id)


def forget_member_at_site(session: UnitOfWork, event: MemberLeftSite) -> None:
    """The gates of a site need not know somebody who uses it no more."""
    note_member_at_site(session, event.member_id, event.site_id)


def project_everybody(session: UnitOfWork, event: MemberRulesChanged) -> None:
    """What follows from the site's rules for each of its members is made anew."""
    note_everybody(session, event.site_id)


def project_site(session: UnitOfWork, event: AboutSite) -> None:
    """Whatever it was: everything that holds for the whole site is made anew."""
    note_site(session, event.site_id)
