"""Whatever of the sync dies inside a gateway, however it dies: the process ends, and systemd starts it again."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from gateway.adapters.cloud_link_mqtt import CloudLinkMqtt
from gateway.bootstrap import run_gateway
from gateway.config import load_config
from gateway.service.certificate_renewal import CertificateRenewal
from gateway.service.clock_keeping import ClockKeeping
from gateway.service.cloud_session import CloudSession
from gateway.service.event_upload import EventUpload
from gateway.service.remote_commands import RemoteCommands
from gateway.supervisor import LoopDiedError
from tests.in_loop import in_loop
from tests.running_gateway import identity, write_config

LOOPS = [
    (CloudLinkMqtt, "cloud link"),
    (CloudSession, "cloud session"),
    (EventUpload, "event upload"),
    (RemoteCommands, "remote commands"),
    (ClockKeeping, "clock keeping"),
    (CertificateRenewal, "certificate renewal"),
]


async def fail(*_: Any) -> None:
    await asyncio.sleep(0.01)
    raise KeyError("planted")


async def end(*_: Any) -> None:
    await asyncio.sleep(0.01)


@pytest.mark.parametrize(("owner", "name"), LOOPS, ids=[name for _, name in LOOPS])
@pytest.mark.parametrize(("death", "words"), [(fail, "KeyError: 'planted'"), (end, "it ended by itself")])
@in_loop
async def test_a_loop_of_the_sync_that_dies_ends_the_gateway_and_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, owner: type, name: str, death: Any, words: str
) -> None:
    write_config(tmp_path, port="/dev/null")
    monkeypatch.setattr(owner, "run", death)
    with pytest.raises(LoopDiedError, match=f"{name} died: {words}"):
        await run_gateway(load_config(tmp_path / "gateway.toml"), identity(), tmp_path / "gateway.toml")
