"""The configuration: one TOML file, read once, every mistake named at once. Paths are relative to the file.

listen = "127.0.0.1:8090"             # loopback only; port 0: any free one
cards = "cards.json"                  # optional: the members' cards, shown as buttons

[[lane]]
name = "lane-1"                       # in addresses: lower-case letters, digits, hyphens
title = "Lane 1"                      # for people
port = "lane-1.port"                  # what the gateway opens as its serial port
socket = "lane-1.sock"                # where the gateway's virtual lane connects
status_socket = "../state/status.sock"  # optional: the gateway's own words
lane_id = "lan_..."                   # optional: ignore the gateway's words about other lanes
passage_window_ms = 5000
[lane.reader]
scbk_file = "lane-1.scbk"             # 32 hexadecimal digits: the reader's secure channel base key
address = 0
baud = 115200
direction = "in"
text_encoding = "utf-8"
"""

import ipaddress
import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, model_validator

from firmware_protocol.osdp.timing import BAUD_RATES
from provisioning.virtual_turnstile.arm import Direction
from provisioning.virtual_turnstile.errors import ConfigurationError

SOCKET_PATH_BYTES_MAX = 107
"""Linux keeps a Unix socket's path in 108 bytes, with a zero at the end."""
SCBK_SIZE = 16


def _beside_file(path: Path, info: ValidationInfo) -> Path:
    assert isinstance(info.context, Path), "the folder of the file is the context of its validation"
    return info.context / path


def _socket_path(path: Path) -> Path:
    if len(bytes(path)) > SOCKET_PATH_BYTES_MAX:
        raise ValueError(f"the path of a socket has {SOCKET_PATH_BYTES_MAX} bytes at most: {path}")
    return path


def _baud(rate: int) -> int:
    if rate not in BAUD_RATES:
        raise ValueError(f"one of {', '.join(map(str, BAUD_RATES))}")
    return rate


FilePath = Annotated[Path, AfterValidator(_beside_file)]
SocketPath = Annotated[FilePath, AfterValidator(_socket_path)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ReaderSettings(_Table):
    """The reader on the lane's wire."""

    scbk_file: FilePath
    address: int = Field(default=0, ge=0, le=126)
    baud: Annotated[int, AfterValidator(_baud)] = 115200
    direction: Direction = "in"
    text_encoding: Literal["ascii", "utf-8"] = "utf-8"

    def read_scbk(self) -> bytes:
        """The 16 bytes of the reader's secure channel base key.

        Raises:
            ConfigurationError: the file cannot be read or holds no key.
        """
        try:
            scbk = bytes.fromhex(self.scbk_file.read_text().strip())
        except (OSError, ValueError):
            scbk = b""
        if len(scbk) != SCBK_SIZE:
            raise ConfigurationError([f"{self.scbk_file}: a file with 32 hexadecimal digits is expected"])
        return scbk


class LaneSettings(_Table):
    """One turnstile."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")
    title: str = Field(min_length=1, max_length=40)
    port: FilePath
    socket: SocketPath
    status_socket: SocketPath | None = None
    lane_id: str | None = None
    passage_window_ms: int = Field(default=5000, ge=500, le=60_000)
    reader: ReaderSettings


class Settings(_Table):
    """The whole file."""

    listen: str = "127.0.0.1:8090"
    cards: FilePath | None = None
    lanes: tuple[LaneSettings, ...] = Field(alias="lane", max_length=8)

    @property
    def host(self) -> str:
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.listen.rpartition(":")[2])

    @model_validator(mode="after")
    def _check_listen(self) -> "Settings":
        try:
            is_right = ipaddress.ip_address(self.host).is_loopback and 0 <= self.port <= 65535
        except ValueError:
            is_right = False
        if not is_right:
            raise ValueError("listen: a loopback address and a port are expected, like 127.0.0.1:8090")
        return self

    @model_validator(mode="after")
    def _check_lanes(self) -> "Settings":
        if not self.lanes:
            raise ValueError("lane: at least one is needed")
        for field in ("name", "port", "socket"):
            values = [getattr(lane, field) for lane in self.lanes]
            if len(set(values)) != len(values):
                raise ValueError(f"lane: two lanes have the same {field}")
        return self


def read_settings(path: Path) -> Settings:
    """Read and check the file.

    Raises:
        ConfigurationError: with a line for each mistake.
    """
    try:
        document = tomllib.loads(path.read_text())
    except OSError as error:
        raise ConfigurationError([f"{path}: {error.strerror}"]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError([f"{path}: {error}"]) from error
    try:
        return Settings.model_validate(document, context=path.parent.resolve())
    except ValidationError as error:
        raise ConfigurationError([_mistake(path, entry["loc"], entry["msg"]) for entry in error.errors()]) from error


def _mistake(path: Path, location: tuple[int | str, ...], message: str) -> str:
    # Lanes are counted from 1 for people.
    where = ".".join(str(part + 1) if isinstance(part, int) else part for part in location)
    return f"{path}: {where + ': ' if where else ''}{message.removeprefix('Value error, ')}"
