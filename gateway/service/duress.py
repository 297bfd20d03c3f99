"""Nothing at the gateway shows that a PIN was typed under duress: whoever stands beside the member may read it.

The journal says so to the cloud, and the cloud to staff.
"""

from msgspec.structs import replace

from access_policy.decision import Signal
from sync_protocol.journal_events import AccessDecided


def hide_duress(event: AccessDecided) -> AccessDecided:
    """The event as it may be shown and logged here."""
    facts = event.facts
    if facts is not None and facts.pin == "duress":
        facts = replace(facts, pin="right")
    return replace(event, facts=facts, signals=tuple(one for one in event.signals if one != Signal.DURESS))
