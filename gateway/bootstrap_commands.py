"""Gives remote commands their hands: lanes and modes, readers that show themselves, restart, support bundle."""

import asyncio
import functools
import io
import secrets
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

from gateway.adapters.cloud_link_mqtt import CloudLinkMqtt
from gateway.bootstrap_lanes import Lanes
from gateway.bootstrap_update import build_updates
from gateway.config import GatewayConfig
from gateway.domain.access_point import ReaderKey
from gateway.domain.feedback import Beeps, Feedback, Light, Signal
from gateway.service.broker_choice import BrokerAddress, BrokerChoice, MoveEnd
from gateway.service.display import fit_lines
from gateway.service.ports import Clock
from gateway.service.reader_feedback import ReaderPlace
from gateway.service.remote_commands import CannotCollectError, CommandHands, RemoteCommands
from gateway.service.status_records import ReaderReport

RUN_ID_BYTES: Final = 8
IDENTIFY_MS: Final = 10_000
COLLECT_MAX_S: Final = 120.0
_HERE_I_AM: Final = Signal(Light("blue", on_ms=500, off_ms=500), Beeps(10, on_ms=500, off_ms=500))


class CommandedGate(Protocol):
    """The turnstile side of the gateway."""

    @property
    def lanes(self) -> Lanes: ...

    @property
    def places(self) -> Mapping[ReaderKey, ReaderPlace]: ...

    @property
    def reports(self) -> Sequence[ReaderReport]: ...


def build_commands(
    gate: CommandedGate,
    link: CloudLinkMqtt,
    clock: Clock,
    *,
    is_supervised: bool,
    bundle: tuple[GatewayConfig, Path],
    brokers: BrokerChoice,
) -> RemoteCommands:
    """The commands of a gateway whose configuration (and its file) is `bundle`."""
    is_broker_free = bundle[0].broker is None
    hands = CommandHands(
        lanes=gate.lanes.passages,
        modes=gate.lanes.modes,
        identify=functools.partial(_identify, gate),
        collect=functools.partial(_collect, *bundle),
        updates=build_updates(*bundle),
        restart=_end_in_order if is_supervised else None,
        move_broker=functools.partial(_move_broker, brokers, link) if is_broker_free else None,
    )
    return RemoteCommands(link, clock, hands, run_id=secrets.token_hex(RUN_ID_BYTES))


def _identify(gate: CommandedGate, lane_id: str) -> bool:
    """Let every reader of the lane that is online blink, beep and show the lane's name."""
    names = {passages.lane_id: config.name for config, _, passages in gate.lanes.known}
    found = [ReaderKey(report.reader) for report in gate.reports if report.lane_id == lane_id and report.is_online]
    for key in found:
        place = gate.places[key]
        place.bus.show(key, Feedback(_HERE_I_AM, fit_lines(names[lane_id], place.display), IDENTIFY_MS))
    return bool(found)


async def _move_broker(brokers: BrokerChoice, link: CloudLinkMqtt, address: BrokerAddress) -> MoveEnd:
    return await brokers.move(address, link.reconnect)


def _end_in_order() -> None:
    """As the service manager itself would; it starts the program again."""
    signal.raise_signal(signal.SIGTERM)


async def _collect(config: GatewayConfig, config_path: Path) -> bytes:
    # Imported only when it is wanted: most gateways never need it.
    from gateway.inspection.support_bundle import fill_bundle

    bundle = io.BytesIO()
    try:
        async with asyncio.timeout(COLLECT_MAX_S):
            await asyncio.to_thread(fill_bundle, bundle, config, config_path)
    except (TimeoutError, OSError) as error:
        raise CannotCollectError(str(error) or "it took too long") from error
    return bundle.getvalue()
