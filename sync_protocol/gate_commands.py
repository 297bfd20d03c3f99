"""What staff tell a gateway to do once and now: the actions of a `messages.Command`, its bounds, how it may end.

A command is an order of this moment, not a state: it is never repeated, never done late, and never done twice.
"""

from typing import Final, Literal

import msgspec

from sync_protocol.journal_events import Direction

CommandOutcome = Literal["done", "refused", "missed", "failed"]
"""Done; not done, for a reason that the gateway names; come too late; begun and not achieved."""
OrderedMode = Literal["normal", "free_passage_in", "free_passage_out", "free_passage", "locked", "lockdown"]
"""What a lane may be told from afar. An evacuation is begun at the club, by its own signals."""

LIFE_MAX_MS: Final = 60_000
NONCE_BYTES: Final = 16
PART_BYTES_MAX: Final = 32 * 1024
DIAGNOSTICS_BYTES_MAX: Final = 256 * 1024
URL_CHARACTERS_MAX: Final = 500
PARTS_MAX: Final = DIAGNOSTICS_BYTES_MAX // PART_BYTES_MAX


class Action(msgspec.Struct, frozen=True, tag_field="do", omit_defaults=True):
    """What all actions share: told apart by the field `do`."""


class OpenOnce(Action, tag="open_once", frozen=True, omit_defaults=True):
    """Let one person through in this direction, as the button inside does."""

    direction: Direction


class ChangeMode(Action, tag="lane_mode", frozen=True, omit_defaults=True):
    """Give the lane another mode; `until` is UTC seconds, None: until somebody changes it."""

    mode: OrderedMode
    until: int | None = None


class EndEvacuation(Action, tag="evacuation_end", frozen=True, omit_defaults=True):
    """Make a lane normal that was told to be open for an evacuation; a FIRE input that is active goes on to count."""


class Identify(Action, tag="identify", frozen=True, omit_defaults=True):
    """Let the readers of the lane blink, beep and show its name for ten seconds."""


class Restart(Action, tag="restart", frozen=True, omit_defaults=True):
    """End the program in order; the service manager starts it again."""


class CollectDiagnostics(Action, tag="collect_diagnostics", frozen=True, omit_defaults=True):
    """Send the redacted support bundle as `messages.DiagnosticsPart`s, before the result."""


class MoveBroker(Action, tag="move_broker", frozen=True, omit_defaults=True):
    """Connect to another broker, stay if the cloud is heard there, and come back if not."""

    host: str
    port: int


class UpdateSoftware(Action, tag="update_software", frozen=True, omit_defaults=True):
    """Bring a newer release in force, or go back to the one in force if it does not prove itself.

    `url` is where its package lies, over https; `release` is what it says of itself, signed by who built it
    (`software_release.read_release`), and `version` the version in there.
    """

    version: str
    url: str
    release: str


CommandAction = (
    OpenOnce | ChangeMode | EndEvacuation | Identify | Restart | CollectDiagnostics | MoveBroker | UpdateSoftware
)
