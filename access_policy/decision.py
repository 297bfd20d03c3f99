"""The answer to a tap: a value that explains itself. A refusal is a decision, never an exception."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from access_policy.flags import Bearing, Flag
from access_policy.zone import OUTSIDE

Outcome = Literal["allow", "message", "block"]


class Reason(StrEnum):
    """Why, in ONVIF's words for deny reasons where it has one; those from `MEMBERSHIP_FROZEN` on are ours."""

    GRANTED = "granted"
    CREDENTIAL_NOT_FOUND = "credential_not_found"
    CREDENTIAL_NOT_ENABLED = "credential_not_enabled"
    CREDENTIAL_NOT_ACTIVE = "credential_not_active"
    CREDENTIAL_EXPIRED = "credential_expired"
    INVALID_PIN = "invalid_pin"
    NOT_PERMITTED_AT_THIS_TIME = "not_permitted_at_this_time"
    ANTIPASSBACK_VIOLATION = "antipassback_violation"
    MEMBERSHIP_FROZEN = "membership_frozen"
    NO_VISITS_LEFT = "no_visits_left"
    NO_ENTITLEMENT = "no_entitlement"
    NO_BOOKING = "no_booking"
    ZONE_NOT_PERMITTED = "zone_not_permitted"
    ZONE_FULL = "zone_full"
    NO_STAFF_INSIDE = "no_staff_inside"
    PIN_MISSING = "pin_missing"
    PIN_HELD_OFF = "pin_held_off"
    FLAGGED_BY_STAFF = "flagged_by_staff"
    DUES_OVERDUE = "dues_overdue"
    CERTIFICATE_MISSING = "certificate_missing"
    BLACK_LISTED = "black_listed"
    LEASE_EXPIRED = "lease_expired"
    CLOCK_UNTRUSTED = "clock_untrusted"
    SITE_UNKNOWN = "site_unknown"
    LANE_LOCKED = "lane_locked"
    LANE_BUSY = "lane_busy"
    LANE_NOT_READY = "lane_not_ready"
    CREDENTIAL_UNREADABLE = "credential_unreadable"


class Rule(StrEnum):
    """The rules of the policy; `rules.RULES` has those about a known credential in their order."""

    CARD_PARITY = "card_parity"
    CARD_FORMAT = "card_format"
    NO_STATE_YET = "no_state_yet"
    UNKNOWN_CREDENTIAL = "unknown_credential"
    BLOCKING_FLAG = "blocking_flag"
    CREDENTIAL_STATUS = "credential_status"
    PIN = "pin"
    LANE_MODE = "lane_mode"
    EXIT = "exit"
    LEASE = "lease"
    CLOCK = "clock"
    NO_CONTRACT = "no_contract"
    CONTRACT_WINDOW = "contract_window"
    CONTRACT_FREEZE = "contract_freeze"
    CONTRACT_ZONE = "contract_zone"
    CONTRACT_HOURS = "contract_hours"
    CONTRACT_BOOKING = "contract_booking"
    CONTRACT_VISITS = "contract_visits"
    FIRST_PERSON_IN = "first_person_in"
    ANTI_PASSBACK = "anti_passback"
    OCCUPANCY = "occupancy"
    LANE_CONDITION = "lane_condition"
    ROLE = "role"
    CONTRACT = "contract"
    GUEST = "guest"
    MESSAGE_FLAG = "message_flag"


class Signal(StrEnum):
    """What staff shall hear of, besides the answer itself; the display never shows it."""

    DURESS = "duress"
    LOST_CREDENTIAL = "lost_credential"
    COPIED_CREDENTIAL = "copied_credential"
    EMERGENCY = "emergency"
    PASSBACK = "passback"
    LEASE_EXPIRED = "lease_expired"


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom the credential belongs to, how the display addresses them and in which language."""

    member_id: str
    display_name: str
    locale: str


@dataclass(frozen=True, slots=True)
class ConsideredFlag:
    """A flag of the member, and how it bore on this tap."""

    flag_id: str
    bearing: Bearing


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided for one tap, by which rule, on which state.

    `flags` are the ones to show, in the order of showing; `considered` are all that the member has. `contract_id` is
    the contract that lets the member pass, and `spends_visit` says that its rotation burns a visit credit. `zone_id` is
    the zone that the rotation leads to. Without a holder the credential is unknown.
    """

    outcome: Outcome
    reason: Reason
    rule: Rule
    revision: int
    holder: Holder | None = None
    contract_id: str | None = None
    spends_visit: bool = False
    flags: tuple[Flag, ...] = ()
    considered: tuple[ConsideredFlag, ...] = ()
    signals: tuple[Signal, ...] = ()
    zone_id: str = OUTSIDE
    is_guest: bool = False

    @property
    def is_granted(self) -> bool:
        """Whether the gate opens: allowed, with or without a message."""
        return self.outcome != "block"
