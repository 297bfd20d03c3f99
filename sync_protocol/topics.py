"""The only place where MQTT topics are written and read.

`tornello/1/{site}/{gateway}/up|down/{kind}` between gateway and cloud, `tornello/1/{site}/{receiver}/side/{sender}`
between the gateways of a site: five slashes, within the seven that the strictest broker allows. The broker's access
list grants a gateway its own subtrees by the name in its client certificate.
"""

from dataclasses import dataclass
from typing import Literal, cast

from sync_protocol.errors import TopicError

ROOT = "tornello/1"
_PARTS = 6

Direction = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Topic:
    """A parsed topic; `kind` is the message kind that its payload must have."""

    site_id: str
    gateway_id: str
    direction: Direction
    kind: str


@dataclass(frozen=True, slots=True)
class SideTopic:
    """The mailbox of one gateway for what one sibling tells it; as text it is the topic."""

    site_id: str
    receiver_id: str
    sender_id: str

    def __str__(self) -> str:
        return f"{ROOT}/{_part(self.site_id)}/{_part(self.receiver_id)}/side/{_part(self.sender_id)}"


def up_topic(site_id: str, gateway_id: str, kind: str) -> str:
    """Where a gateway publishes messages of a kind."""
    return f"{ROOT}/{_part(site_id)}/{_part(gateway_id)}/up/{_part(kind)}"


def down_topic(site_id: str, gateway_id: str, kind: str) -> str:
    """Where the cloud publishes messages of a kind to one gateway."""
    return f"{ROOT}/{_part(site_id)}/{_part(gateway_id)}/down/{_part(kind)}"


def gateway_filter(site_id: str, gateway_id: str) -> str:
    """The one subscription of a gateway: everything that comes down to it."""
    return f"{ROOT}/{_part(site_id)}/{_part(gateway_id)}/down/+"


def side_filter(site_id: str, gateway_id: str) -> str:
    """What a gateway subscribes to so as to hear its siblings."""
    return f"{ROOT}/{_part(site_id)}/{_part(gateway_id)}/side/+"


def is_side_topic(topic: str) -> bool:
    """Whether it is one between siblings, if it is one of this contract at all."""
    return topic.split("/")[4:5] == ["side"]


def parse_side_topic(topic: str) -> SideTopic:
    """Split the topic of a sibling's message.

    Raises:
        TopicError: the topic is not one of those.
    """
    parts = topic.split("/")
    if len(parts) != _PARTS or "/".join(parts[:2]) != ROOT or parts[4] != "side":
        raise TopicError(f"not a topic between siblings: {topic[:120]!r}")
    return SideTopic(_part(parts[2]), _part(parts[3]), _part(parts[5]))


def cloud_filter(site_id: str | None = None, kind: str | None = None) -> str:
    """A subscription of the cloud: everything that comes up, or only that of one site, or of one kind."""
    return f"{ROOT}/{_part(site_id) if site_id else '+'}/+/up/{_part(kind) if kind else '+'}"


def parse_topic(topic: str) -> Topic:
    """Split a topic into its parts.

    Raises:
        TopicError: the topic is not of this contract.
    """
    parts = topic.split("/")
    if len(parts) != _PARTS or "/".join(parts[:2]) != ROOT or parts[4] not in {"up", "down"}:
        raise TopicError(f"not a topic of this contract: {topic[:120]!r}")
    site_id, gateway_id, kind = _part(parts[2]), _part(parts[3]), _part(parts[5])
    return Topic(site_id, gateway_id, cast("Direction", parts[4]), kind)


def _part(value: str) -> str:
    if not value or len(value) > 64 or not all(c.isalnum() or c in "-_" for c in value):
        raise TopicError(f"not usable as a part of a topic: {value[:80]!r}")
    return value
