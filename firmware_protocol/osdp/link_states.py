"""The state machines of the link, each as one table: state x outcome -> next state.

Nothing else changes a state. A pair that is in no table cannot happen and is listed as such, so
that a pair forgotten is found by a test; meeting one at run time is a bug and raises KeyError.
"""

from collections.abc import Mapping
from enum import Enum


class LinkState(Enum):
    """How far the access control unit has come with one reader."""

    DISABLED = "disabled"
    PROBING = "probing"
    CHALLENGING = "challenging"
    AUTHENTICATING = "authenticating"
    IDENTIFYING = "identifying"
    READING_CAPABILITIES = "reading capabilities"
    ONLINE = "online"


class Outcome(Enum):
    """What became of one exchange with a reader, or what our caller asked for."""

    ACCEPTED = "the reply that was waited for"
    ACCEPTED_PLAIN = "the same, from a reader without a key"
    REFUSED = "a NAK, or a reply of no use here"
    UNANSWERED = "silence after all retries"
    SESSION_LOST = "the reader forgot sequence or session"
    VIOLATED = "a secure channel rule was broken"
    REKEYED = "the reader took a new key"
    RECONFIGURED = "the reader took another address or baud rate"
    ENABLED = "enabled by our caller"
    DISABLED = "disabled by our caller"


_S, _O = LinkState, Outcome

_BACK_TO_PROBING = {
    _O.UNANSWERED: _S.PROBING,
    _O.SESSION_LOST: _S.PROBING,
    _O.VIOLATED: _S.PROBING,
    _O.DISABLED: _S.DISABLED,
}

LINK_TRANSITIONS: Mapping[LinkState, Mapping[Outcome, LinkState]] = {
    _S.DISABLED: {_O.ENABLED: _S.PROBING},
    _S.PROBING: {
        # Any answer proves life, a NAK as well: a secure reader refuses a plain POLL.
        _O.ACCEPTED: _S.CHALLENGING,
        _O.ACCEPTED_PLAIN: _S.IDENTIFYING,
        _O.UNANSWERED: _S.PROBING,
        _O.DISABLED: _S.DISABLED,
    },
    _S.CHALLENGING: {_O.ACCEPTED: _S.AUTHENTICATING, _O.REFUSED: _S.PROBING, **_BACK_TO_PROBING},
    _S.AUTHENTICATING: {_O.ACCEPTED: _S.IDENTIFYING, _O.REFUSED: _S.PROBING, **_BACK_TO_PROBING},
    _S.IDENTIFYING: {_O.ACCEPTED: _S.READING_CAPABILITIES, _O.REFUSED: _S.PROBING, **_BACK_TO_PROBING},
    _S.READING_CAPABILITIES: {_O.ACCEPTED: _S.ONLINE, _O.REFUSED: _S.PROBING, **_BACK_TO_PROBING},
    _S.ONLINE: {
        _O.ACCEPTED: _S.ONLINE,
        _O.REFUSED: _S.ONLINE,
        _O.REKEYED: _S.PROBING,
        _O.RECONFIGURED: _S.PROBING,
        **_BACK_TO_PROBING,
    },
}

_COMMANDED = frozenset({_O.REKEYED, _O.RECONFIGURED})
"""Outcomes of commands, which only an online reader gets."""

LINK_IMPOSSIBLE: Mapping[LinkState, frozenset[Outcome]] = {
    _S.DISABLED: frozenset(_O) - {_O.ENABLED},
    # A probe is plain text without conditions: there is nothing to refuse, lose or violate.
    _S.PROBING: frozenset({_O.REFUSED, _O.SESSION_LOST, _O.VIOLATED, _O.ENABLED}) | _COMMANDED,
    _S.CHALLENGING: frozenset({_O.ACCEPTED_PLAIN, _O.ENABLED}) | _COMMANDED,
    _S.AUTHENTICATING: frozenset({_O.ACCEPTED_PLAIN, _O.ENABLED}) | _COMMANDED,
    _S.IDENTIFYING: frozenset({_O.ACCEPTED_PLAIN, _O.ENABLED}) | _COMMANDED,
    _S.READING_CAPABILITIES: frozenset({_O.ACCEPTED_PLAIN, _O.ENABLED}) | _COMMANDED,
    _S.ONLINE: frozenset({_O.ACCEPTED_PLAIN, _O.ENABLED}),
}


class DeviceState(Enum):
    """How far a peripheral device has come with its access control unit."""

    UNLINKED = "unlinked"
    PLAIN = "plain text"
    CHALLENGED = "challenged"
    SECURE = "secure"


class DeviceOutcome(Enum):
    """What a peripheral device was told, or missed."""

    RESTARTED = "sequence number 0"
    CHALLENGED = "a challenge"
    PROVED = "the right server cryptogram"
    VIOLATED = "a wrong cryptogram or MAC, or plain text"
    REKEYED = "a new key"
    ABANDONED = "8 s of silence"


_D, _W = DeviceState, DeviceOutcome

DEVICE_TRANSITIONS: Mapping[DeviceState, Mapping[DeviceOutcome, DeviceState]] = {
    _D.UNLINKED: {_W.RESTARTED: _D.PLAIN},
    _D.PLAIN: {
        _W.RESTARTED: _D.PLAIN,
        _W.CHALLENGED: _D.CHALLENGED,
        _W.VIOLATED: _D.PLAIN,
        _W.ABANDONED: _D.UNLINKED,
    },
    _D.CHALLENGED: {
        _W.RESTARTED: _D.PLAIN,
        _W.CHALLENGED: _D.CHALLENGED,
        _W.PROVED: _D.SECURE,
        _W.VIOLATED: _D.PLAIN,
        _W.ABANDONED: _D.UNLINKED,
    },
    _D.SECURE: {
        _W.RESTARTED: _D.PLAIN,
        _W.CHALLENGED: _D.CHALLENGED,
        _W.VIOLATED: _D.PLAIN,
        _W.REKEYED: _D.PLAIN,
        _W.ABANDONED: _D.UNLINKED,
    },
}

DEVICE_IMPOSSIBLE: Mapping[DeviceState, frozenset[DeviceOutcome]] = {
    _D.UNLINKED: frozenset(_W) - {_W.RESTARTED},
    _D.PLAIN: frozenset({_W.PROVED, _W.REKEYED}),
    _D.CHALLENGED: frozenset({_W.REKEYED}),
    _D.SECURE: frozenset({_W.PROVED}),
}
