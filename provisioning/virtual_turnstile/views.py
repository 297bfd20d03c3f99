"""What the page and the control API show of a lane, as one JSON document."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from provisioning.virtual_turnstile.arm import ArmPosition, Direction
from provisioning.virtual_turnstile.reader_face import Light, ReaderFace, Sound

CountName = Literal[
    "tap",
    "decision",
    "passage",
    "lane_state",
    "relay_in",
    "relay_out",
    "pass_in",
    "pass_out",
    "bump",
    "light",
    "sound",
    "text",
    "online",
    "secure",
    "offline",
    "lane_connected",
    "status_connected",
]
"""What is counted, each since the start of the process; the names to wait for."""


class _View(BaseModel):
    model_config = ConfigDict(frozen=True)


class LightView(_View):
    """The light's pattern by colour names; `remaining_ms` while it is a temporary one."""

    on_color: str
    off_color: str
    on_ms: int
    off_ms: int
    remaining_ms: int | None


class SoundView(_View):
    """The buzzer's pulses; a `repeat_count` of 0 has no end."""

    is_sounding: bool
    on_ms: int
    off_ms: int
    repeat_count: int


class ReaderView(_View):
    """The reader: `is_online` while the gateway talks to it, `is_secure` with an encrypted channel."""

    is_plugged: bool
    is_online: bool
    is_secure: bool
    is_tampered: bool
    light: LightView
    sound: SoundView
    lines: tuple[str, ...]
    is_text_temporary: bool


class ArmView(_View):
    """The tripod: its position, which way it turns now and which ways are free."""

    position: ArmPosition
    turning: Direction | None
    free: tuple[Direction, ...]


class DecisionView(BaseModel):
    """The gateway's own words about a tap, as they come from its status socket; `at` is when they came (UTC)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    at: datetime
    tap_id: str
    lane_id: str
    direction: Direction
    reader: str
    outcome: Literal["allow", "message", "block"]
    reason: str
    rule: str
    revision: int
    member_id: str | None = None
    contract_id: str | None = None
    flag_ids: tuple[str, ...] = ()
    text: str = ""
    decided_in_us: int = 0
    explanation: str = ""
    display: tuple[str, ...] = ()


class PassageView(BaseModel):
    """How a grant ended, in the gateway's words; `at` is when they came (UTC)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    at: datetime
    tap_id: str
    lane_id: str
    direction: Direction
    end: str
    is_taken: bool


class GatewayLaneView(BaseModel):
    """What the gateway says of this lane: what it is doing, what it was told to be, until when (UTC seconds)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    state: str
    mode: str = "normal"
    mode_until: int | None = None


class LaneView(_View):
    """Everything about one lane; `version` grows with each change."""

    name: str
    title: str
    version: int
    reader: ReaderView
    arm: ArmView
    relays: dict[Direction, bool]
    inputs: dict[str, bool]
    is_lane_connected: bool = Field(description="The gateway's virtual lane is connected to our socket.")
    is_status_connected: bool = Field(description="We are connected to the gateway's status socket.")
    walks_by_itself: bool
    decision: DecisionView | None
    passage: PassageView | None
    gateway_lane: GatewayLaneView | None
    counts: dict[CountName, int]


def view_light(light: Light, now: float) -> LightView:
    """The light at `now`, the clock that its end is in."""
    return LightView(
        on_color=light.pattern.on_color.name.lower(),
        off_color=light.pattern.off_color.name.lower(),
        on_ms=light.pattern.on_ms,
        off_ms=light.pattern.off_ms,
        remaining_ms=None if light.ends_at is None else max(0, round((light.ends_at - now) * 1000)),
    )


def view_sound(sound: Sound) -> SoundView:
    """The buzzer's order."""
    return SoundView(
        is_sounding=sound.is_sounding, on_ms=sound.on_ms, off_ms=sound.off_ms, repeat_count=sound.repeat_count
    )


def view_face(face: ReaderFace, now: float) -> dict[str, object]:
    """The fields of `ReaderView` that come from the reader's face."""
    return {
        "light": view_light(face.light, now),
        "sound": view_sound(face.sound),
        "lines": face.lines,
        "is_text_temporary": face.is_text_temporary,
    }
