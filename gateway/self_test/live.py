"""The self-test of a running gateway, which owns the ports, the lines and the stores: one at a time, part by part.

A relay is pulsed only when asked for: a moving arm can hurt. Each check has its time.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from gateway.control_client import Answer, Arguments, RequestRefusedError
from gateway.domain.access_point import Direction
from gateway.identity import tls_files
from gateway.self_test import gate_checks, machine_checks
from gateway.self_test.gate_checks import Counters, KnownState, LinkState
from gateway.self_test.report_file import ReportFile, report_fields
from gateway.service.ports import Clock
from gateway.service.status_records import ReaderReport
from sync_protocol.self_test import CheckOutcome, SelfTestReport

log = logging.getLogger(__name__)

CHECK_WAIT_S: Final = 10.0
PAUSE_BETWEEN_PULSES_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class LaneUnderTest:
    """One lane: its relays, what it does now, what staff told it to be, and `unlock`, which drives a relay for so many
    milliseconds.
    """

    name: str
    relays: Sequence[Direction]
    has_passage_input: bool
    pulse_ms: int
    state: Callable[[], str]
    mode: Callable[[], str]
    unlock: Callable[[Direction, int], None]


class GatewayUnderTest(Protocol):
    """What a self-test asks of the gateway that it runs in."""

    @property
    def lanes(self) -> Sequence[LaneUnderTest]: ...

    @property
    def readers(self) -> Sequence[ReaderReport]: ...

    @property
    def link(self) -> LinkState: ...

    @property
    def state(self) -> KnownState: ...

    @property
    def events_waiting(self) -> int: ...

    @property
    def disk_fault(self) -> str | None: ...

    def counters(self, reader: str) -> Counters:
        """What was counted on the wire with this reader."""
        ...

    def show_test(self, reader: str) -> None:
        """Let the display of this reader show that it is tested, for a few seconds."""
        ...

    def tap_for_nobody(self) -> int:
        """Decide about a card that nobody has; microseconds. Raises when it is let in."""
        ...


class LiveSelfTest:
    """`latest` is the newest result, also over a restart; `stored` keeps it on the disk."""

    def __init__(self, tested: GatewayUnderTest, clock: Clock, state_dir: Path, stored: ReportFile) -> None:
        self._tested = tested
        self._clock = clock
        self._state_dir = state_dir
        self._stored = stored
        self._is_running = False
        self.latest: SelfTestReport | None = stored.load()

    async def handle(self, arguments: Arguments) -> Answer:
        """The request `self_test` of the control socket; `relay` true pulses every relay once."""
        with_relay = arguments.get("relay") is True
        log.warning("self-test%s asked for by %s", " with the relays" if with_relay else "", arguments["by"])
        return report_fields(await self.run(with_relay=with_relay))

    async def run(self, *, with_relay: bool) -> SelfTestReport:
        """Test everything, store the result and return it.

        Raises:
            RequestRefusedError: a self-test runs already.
        """
        if self._is_running:
            raise RequestRefusedError("a self-test runs already: wait for its end")
        self._is_running = True
        try:
            outcomes = [*await self._relays(with_relay=with_relay), *self._gate(), *await self._machine()]
        finally:
            self._is_running = False
        report = SelfTestReport(self._clock.wall_ms(), tuple(outcomes))
        self.latest = report
        await asyncio.to_thread(self._stored.save, report)
        return report

    async def _relays(self, *, with_relay: bool) -> list[CheckOutcome]:
        pairs = [(lane, direction) for lane in self._tested.lanes for direction in lane.relays]
        if not with_relay:
            return [CheckOutcome("relay", "not_tested", "relay_not_asked", f"{a.name} {d}") for a, d in pairs]
        outcomes = []
        for number, (lane, direction) in enumerate(pairs):
            if number:
                await asyncio.sleep(PAUSE_BETWEEN_PULSES_S)
            outcomes.append(_pulse(lane, direction))
        return outcomes

    def _gate(self) -> list[CheckOutcome]:
        """From memory, at once."""
        tested, readers = self._tested, self._tested.readers
        for reader in readers:
            if reader.is_online:
                tested.show_test(reader.reader)
        return [
            *(_check_lane(lane) for lane in tested.lanes),
            *(gate_checks.check_reader(reader, tested.counters(reader.reader)) for reader in readers),
            *(gate_checks.check_display(reader) for reader in readers),
            self._decision(),
            gate_checks.check_link(tested.link),
            gate_checks.check_state(tested.state, self._clock.wall_ms() // 1000),
            gate_checks.check_outbox(tested.events_waiting),
        ]

    def _decision(self) -> CheckOutcome:
        try:
            return gate_checks.check_decision(self._tested.tap_for_nobody())
        except Exception as error:  # noqa: BLE001 - that a decision fails in any way is what is tested for
            return CheckOutcome("decision", "bad", "decision_wrong", measured=type(error).__name__)

    async def _machine(self) -> list[CheckOutcome]:
        """From the disk, in a thread: it may take its time, or for ever."""
        now_ms, fault = self._clock.wall_ms(), self._tested.disk_fault
        certificate = tls_files(self._state_dir).certificate
        return [
            await _bounded("certificate", lambda: machine_checks.check_certificate(certificate, now_ms)),
            machine_checks.check_trusted_clock(self._clock.trust, now_ms),
            await _bounded("disk", lambda: machine_checks.check_disk(self._state_dir, fault=fault)),
        ]


async def _bounded(check: str, blocking: Callable[[], CheckOutcome]) -> CheckOutcome:
    try:
        async with asyncio.timeout(CHECK_WAIT_S):
            return await asyncio.to_thread(blocking)
    except TimeoutError:
        return CheckOutcome(check, "bad", "disk_hangs", measured=f"{CHECK_WAIT_S:g} s")


def _check_lane(lane: LaneUnderTest) -> CheckOutcome:
    return gate_checks.check_lane(lane.name, lane.state(), mode=lane.mode(), has_passage_input=lane.has_passage_input)


def _pulse(lane: LaneUnderTest, direction: Direction) -> CheckOutcome:
    """Only a lane at rest: nobody is in it, and staff have not closed it."""
    if lane.state() != "locked" or lane.mode() != "normal":
        return CheckOutcome("relay", "not_tested", "relay_lane_busy", f"{lane.name} {direction}", lane.state())
    lane.unlock(direction, lane.pulse_ms)
    return CheckOutcome("relay", "good", "relay_listen", f"{lane.name} {direction}", f"{lane.pulse_ms} ms")
