"""What the API takes and gives about commands to lanes."""

from datetime import datetime, timedelta
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from cloud.gate_commands.models import GateCommand
from cloud.gate_commands.policy import CommandKind
from cloud.gate_commands.service import state_now
from sync_protocol.gate_commands import (
    URL_CHARACTERS_MAX,
    ChangeMode,
    CollectDiagnostics,
    CommandAction,
    EndEvacuation,
    Identify,
    MoveBroker,
    OpenOnce,
    OrderedMode,
    Restart,
    UpdateSoftware,
)
from sync_protocol.journal_events import Direction
from sync_protocol.software_release import (
    TEXT_CHARACTERS_MAX,
    ReleaseTextError,
    SignedRelease,
    read_release,
    write_release,
)

MINUTES_MAX = 60 * 24 * 31
_BROKER: Final = r"^(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253}):[0-9]{1,5}$"
_PLAIN: Final[dict[CommandKind, CommandAction]] = {
    "evacuation_end": EndEvacuation(),
    "identify": Identify(),
    "restart": Restart(),
    "collect_diagnostics": CollectDiagnostics(),
}
BrokerText = Annotated[str, StringConstraints(strip_whitespace=True, pattern=_BROKER)]
UrlText = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=URL_CHARACTERS_MAX, pattern=r"^https://[!-~]{3,}$")
]
RequestId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")]


class CommandIn(BaseModel):
    """A command to a lane: `direction` with `open_once`, `mode` and perhaps `minutes` with `lane_mode`, `broker` with
    `move_broker`, `url` and `release` with `update_software`.
    """

    model_config = ConfigDict(extra="forbid")

    kind: CommandKind = Field(examples=["open_once"])
    direction: Direction | None = Field(default=None, examples=["in"])
    mode: OrderedMode | None = None
    minutes: int | None = Field(default=None, ge=1, le=MINUTES_MAX, description="How long; none: until it is changed.")
    broker: BrokerText | None = Field(
        default=None, description="Host and port of the new broker.", examples=["mqtt.club.example:8883"]
    )
    url: UrlText | None = Field(
        default=None,
        description="Where the package lies, over https.",
        examples=["https://releases.club.example/tornello-gateway_0.2.0_arm64.deb"],
    )
    release: Annotated[str, StringConstraints(max_length=TEXT_CHARACTERS_MAX)] | None = Field(
        default=None, description="The text of the file `*.release` that lies beside the package."
    )
    request_id: RequestId = Field(
        description="Made by the caller, e.g. a UUID: asking again with the same one does nothing twice.",
        examples=["0b0c8a1e-6a5f-4f0e-9a67-6f1f4d1f2b11"],
    )

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        if (self.direction is not None) is not (self.kind == "open_once"):
            raise ValueError("`direction` belongs to `open_once`, which needs it")
        if (self.mode is not None) is not (self.kind == "lane_mode"):
            raise ValueError("`mode` belongs to `lane_mode`, which needs it")
        if (self.broker is not None) is not (self.kind == "move_broker"):
            raise ValueError("`broker` belongs to `move_broker`, which needs it")
        if {self.url is not None, self.release is not None} != {self.kind == "update_software"}:
            raise ValueError("`url` and `release` belong to `update_software`, which needs both")
        if self.release is not None:
            _signed(self.release)
        if self.broker is not None and not 0 < _broker_of(self.broker).port < 65_536:
            raise ValueError("`broker` ends with a port from 1 to 65535")
        if self.minutes is not None and self.mode in (None, "normal"):
            raise ValueError("`minutes` belongs to a `mode` other than normal")
        return self

    def action_at(self, now: datetime) -> CommandAction:
        """The action, where the minutes begin now."""
        if self.url is not None and self.release is not None:
            signed = _signed(self.release)
            # However it was pasted, it goes on its way as it was written.
            text = write_release(signed.manifest, signed.signature)
            return UpdateSoftware(signed.release.version, self.url, text)
        match self.kind, self.direction, self.mode:
            case "open_once", direction, _ if direction is not None:
                return OpenOnce(direction)
            case "lane_mode", _, mode if mode is not None:
                ends_at = None if self.minutes is None else now + timedelta(minutes=self.minutes)
                return ChangeMode(mode, None if ends_at is None else int(ends_at.timestamp()))
            case "move_broker", _, _ if self.broker is not None:
                return _broker_of(self.broker)
            case _:
                return _PLAIN[self.kind]


def _signed(text: str) -> SignedRelease:
    try:
        return read_release(text)
    except ReleaseTextError as error:
        raise ValueError("`release` is not the text of a release") from error


def _broker_of(text: str) -> MoveBroker:
    host, _, port = text.rpartition(":")
    return MoveBroker(host.strip("[]"), int(port))


class CommandOut(BaseModel):
    """A command and what became of it."""

    id: str = Field(examples=["cmd_06f3v7q8x0k2m4n6p8r0"])
    lane_id: str
    gateway_id: str
    kind: str
    arguments: dict[str, str | int | None]
    state: str = Field(description="asked, sent, done, refused, missed or failed.", examples=["done"])
    detail: str = Field(description="Why, as a stable word; or empty.", examples=["lane_busy"])
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, command: GateCommand, now: datetime) -> Self:
        """The command as it stands now."""
        state, detail = state_now(command, now)
        return cls(
            id=command.id,
            lane_id=command.lane_id,
            gateway_id=command.gateway_id,
            kind=command.kind,
            arguments={name: value for name, value in command.arguments.items() if name != "do"},
            state=state,
            detail=detail,
            asked_by=command.asked_by,
            asked_at=command.asked_at,
            expires_at=command.expires_at,
            ended_at=command.ended_at,
        )
