"""The answer to a tap: a value that explains itself. A refusal is a decision, never an exception."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from gateway.domain.flags import Flag

Outcome = Literal["allow", "message", "block"]


class Reason(StrEnum):
    """Why, in ONVIF's words for deny reasons where it has one; those from `MEMBERSHIP_FROZEN` on are ours."""

    GRANTED = "granted"
    CREDENTIAL_NOT_FOUND = "credential_not_found"
    CREDENTIAL_NOT_ENABLED = "credential_not_enabled"
    CREDENTIAL_NOT_ACTIVE = "credential_not_active"
    CREDENTIAL_EXPIRED = "credential_expired"
    MEMBERSHIP_FROZEN = "membership_frozen"
    NO_VISITS_LEFT = "no_visits_left"
    NO_ENTITLEMENT = "no_entitlement"
    FLAGGED_BY_STAFF = "flagged_by_staff"
    DUES_OVERDUE = "dues_overdue"
    CERTIFICATE_MISSING = "certificate_missing"
    BLACK_LISTED = "black_listed"
    LEASE_EXPIRED = "lease_expired"
    CLOCK_UNTRUSTED = "clock_untrusted"
    SITE_UNKNOWN = "site_unknown"
    LANE_BUSY = "lane_busy"
    LANE_NOT_READY = "lane_not_ready"
    CREDENTIAL_UNREADABLE = "credential_unreadable"


class Rule(StrEnum):
    """The rule of `access_policy` that settled the matter."""

    NO_STATE_YET = "no_state_yet"
    UNKNOWN_CREDENTIAL = "unknown_credential"
    BLOCKING_FLAG = "blocking_flag"
    CREDENTIAL_STATUS = "credential_status"
    NO_CONTRACT = "no_contract"
    CLOCK = "clock"
    LEASE = "lease"
    CONTRACT_WINDOW = "contract_window"
    CONTRACT_FREEZE = "contract_freeze"
    CONTRACT_VISITS = "contract_visits"
    LANE_CONDITION = "lane_condition"
    CARD_PARITY = "card_parity"
    CARD_FORMAT = "card_format"
    CONTRACT = "contract"
    MESSAGE_FLAG = "message_flag"


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom the credential belongs to, how the display addresses them and in which language."""

    member_id: str
    display_name: str
    locale: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided for one tap, by which rule, on which state.

    `flags` are the ones to show, in the order of showing; `contract_id` is the contract that lets the member pass,
    and `spends_visit` says that its rotation burns a visit credit. Without a holder the credential is unknown.
    """

    outcome: Outcome
    reason: Reason
    rule: Rule
    revision: int
    holder: Holder | None = None
    contract_id: str | None = None
    spends_visit: bool = False
    flags: tuple[Flag, ...] = ()

    @property
    def is_granted(self) -> bool:
        """Whether the gate opens: allowed, with or without a message."""
        return self.outcome != "block"
