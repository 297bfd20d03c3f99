"""The tasks of the cloud's link: one that loses the link brings it back, one that has a bug ends the process."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, cast

import pytest

from cloud.gateway_link import link as cloud_link
from cloud.gateway_link.ingester import Ingester
from cloud.gateway_link.link import SigningSender, build_workshop, serve_link
from cloud.gateway_link.voices import Voices
from mqtt_client.errors import LinkError, LinkLostError
from mqtt_client.reliable_client import ReliableClient
from tests.club import SECRET, Club
from tests.in_loop import in_loop

TASKS = ("publish_for_ever", "send_commands_for_ever", "resume", "handle")


class Letter:
    topic, payload = "tornello/1/sit_a/gwy_a/up/hello", b""

    def ack(self) -> None:
        """Nobody counts."""


class FakeClient:
    """A connection on which one message comes, and then none."""

    async def messages(self) -> AsyncIterator[Letter]:
        yield Letter()
        await asyncio.Event().wait()


def plant(patch: pytest.MonkeyPatch, task: str, failure: Exception) -> None:
    async def fail(*_arguments: Any) -> None:
        raise failure

    owner = Ingester if task in {"resume", "handle"} else cloud_link
    patch.setattr(owner, task, cast("Callable[..., Awaitable[None]]", fail))


async def serve(club: Club) -> None:
    client = cast("ReliableClient", FakeClient())
    sender = SigningSender(client, club.database, SECRET)
    await serve_link(client, build_workshop(club.database, sender, Voices(club.database)), sender.keys)


@pytest.mark.parametrize("task", TASKS)
def test_a_task_that_finds_the_link_lost_ends_the_connection_with_that(
    shared_club: Club, monkeypatch: pytest.MonkeyPatch, task: str
) -> None:
    plant(monkeypatch, task, LinkLostError("cut"))
    with pytest.raises(LinkError, match="cut"):
        in_loop(serve)(shared_club)


@pytest.mark.parametrize("task", TASKS)
def test_a_task_that_has_a_bug_is_not_taken_for_a_lost_link(
    shared_club: Club, monkeypatch: pytest.MonkeyPatch, task: str
) -> None:
    plant(monkeypatch, task, KeyError("a bug"))
    with pytest.raises(ExceptionGroup) as failed:
        in_loop(serve)(shared_club)
    assert failed.group_contains(KeyError, match="a bug")
