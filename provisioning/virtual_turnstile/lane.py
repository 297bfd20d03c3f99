"""One virtual turnstile: reader, arm, relay lamps and the gateway's words, held together and shown as one view."""

import asyncio
import logging
from collections import Counter
from datetime import UTC, datetime
from typing import Literal

from pydantic import ValidationError

from provisioning.virtual_turnstile.arm import DIRECTIONS, Arm, Bumped, Direction, PassContact
from provisioning.virtual_turnstile.cards import parse_card_number
from provisioning.virtual_turnstile.change_signal import ChangeSignal
from provisioning.virtual_turnstile.configuration import LaneSettings
from provisioning.virtual_turnstile.deadline_timer import DeadlineTimer
from provisioning.virtual_turnstile.gateway_status import GatewayStatus, Record
from provisioning.virtual_turnstile.lane_socket import LaneSocket
from provisioning.virtual_turnstile.views import (
    ArmView,
    CountName,
    DecisionView,
    GatewayLaneView,
    LaneView,
    PassageView,
)
from provisioning.virtual_turnstile.wired_reader import WiredReader

WALK_DELAY_S = 0.8
"""A person needs this long from the green light to the arm."""
BUTTON_S = 0.3
"""How long somebody presses the exit button."""

SwitchName = Literal["walk", "unplug", "tamper", "fire", "alarm", "out-of-order", "jam"]
"""What lasts until somebody ends it: people walk through by themselves whenever the gateway lets them; the reader's
cable is pulled (it loses its power and all that it showed), its enclosure open; a fire alarm, which drops the arm by
hardware; the mechanism reports an intrusion, or that it is not ready; something is in the arm's way."""

log = logging.getLogger(__name__)


class VirtualLane:
    """Owns everything of one lane; `change` is shared with the other lanes, so that one page can watch them all."""

    def __init__(self, settings: LaneSettings, change: ChangeSignal) -> None:
        self.name = settings.name
        self._settings = settings
        self._change = change
        self._version = 0
        self._counts: Counter[CountName] = Counter()
        self._decision: DecisionView | None = None
        self._passage: PassageView | None = None
        self._gateway_lane: GatewayLaneView | None = None
        self._is_lane_connected = False
        self._is_status_connected = False
        self._walks_by_itself = True
        self._inputs = {"ready": True, "alarm": False, "fire": False}
        self._arm = Arm(passage_window_s=settings.passage_window_ms / 1000)
        self._timer = DeadlineTimer(self._handle_timer)
        self._socket = LaneSocket(
            settings.socket, inputs=self._inputs, on_relay=self._handle_relay, on_link=self._handle_lane_link
        )
        self._reader = WiredReader(settings.reader, settings.port, on_change=self._handle_reader)
        self._status_task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Put the port and the socket in place and look for the gateway; PathTakenError when a path is in use."""
        await self._socket.open()
        self._reader.open()
        if self._settings.status_socket is not None:
            status = GatewayStatus(
                self._settings.status_socket, on_record=self._handle_record, on_link=self._handle_status_link
            )
            self._status_task = asyncio.create_task(status.run(), name=f"{self.name}.status")

    async def close(self) -> None:
        """Take everything away again."""
        self._timer.arm(None)
        if self._status_task is not None:
            self._status_task.cancel()
            await asyncio.gather(self._status_task, return_exceptions=True)
        self._reader.close()
        await self._socket.close()

    @property
    def version(self) -> int:
        return self._version

    def count(self, name: CountName) -> int:
        """How often it happened since the start."""
        return self._counts[name]

    def view(self) -> LaneView:
        """Everything as it is now."""
        return LaneView(
            name=self.name,
            title=self._settings.title,
            version=self._version,
            reader=self._reader.view(),
            arm=ArmView(
                position=self._arm.position, turning=self._arm.turning_direction, free=self._arm.free_directions
            ),
            relays={direction: self._arm.is_relay_closed(direction) for direction in DIRECTIONS},
            inputs=dict(self._inputs),
            is_lane_connected=self._is_lane_connected,
            is_status_connected=self._is_status_connected,
            walks_by_itself=self._walks_by_itself,
            decision=self._decision,
            passage=self._passage,
            gateway_lane=self._gateway_lane,
            counts=dict(self._counts),
        )

    # What a person does.

    def tap(self, card: str) -> None:
        """Hold a card before the reader.

        Raises:
            CardMalformedError: `card` is no `facility:number`.
            ReaderUnpluggedError: there is no reader.
        """
        facility, number = parse_card_number(card)
        self._reader.present_card(facility, number)
        self._changed("tap")

    def push(self, direction: Direction) -> None:
        """Walk into the arm."""
        self._arm.push(direction, now=self._timer.now())
        self._drain_arm()

    def force(self, direction: Direction) -> None:
        """Turn the arm by force."""
        self._arm.force(direction, now=self._timer.now())
        self._drain_arm()

    def press_exit(self) -> None:
        """Press the button inside that lets somebody out."""
        self._set_input("exit_request", is_active=True)
        asyncio.get_running_loop().call_later(BUTTON_S, self._release_exit)
        self._changed()

    def _release_exit(self) -> None:
        if not self._change.is_closed:
            self._set_input("exit_request", is_active=False)
            self._changed()

    def switch(self, name: SwitchName, *, is_active: bool) -> None:
        """Let something begin or end."""
        match name:
            case "walk":
                self._walks_by_itself = is_active
            case "unplug":
                self._reader.unplug() if is_active else self._reader.replug()
            case "tamper":
                self._reader.set_tampered(is_tampered=is_active)
            case "fire":
                self._arm.drop() if is_active else self._arm.lift()
                self._set_input("fire", is_active=is_active)
            case "alarm":
                self._set_input("alarm", is_active=is_active)
            case "out-of-order":
                self._set_input("ready", is_active=not is_active)
            case "jam":
                now = self._timer.now()
                self._arm.jam(now=now) if is_active else self._arm.unjam(now=now)
        self._drain_arm()

    # What the gateway does.

    def _handle_relay(self, direction: Direction, is_closed: bool) -> None:  # noqa: FBT001
        was_closed = self._arm.is_relay_closed(direction)
        if is_closed == was_closed:
            return
        self._arm.switch_relay(direction, is_closed=is_closed, now=self._timer.now())
        if is_closed:
            self._counts["relay_in" if direction == "in" else "relay_out"] += 1
            if self._walks_by_itself and self._is_open_for_one:
                asyncio.get_running_loop().call_later(WALK_DELAY_S, self._walk, direction)
        self._drain_arm()

    @property
    def _is_open_for_one(self) -> bool:
        """A way that is free for everybody is not walked by somebody each time that the gateway renews it."""
        lane = self._gateway_lane
        return lane is None or not lane.mode.startswith(("free_passage", "evacuation"))

    def _walk(self, direction: Direction) -> None:
        if self._walks_by_itself and direction in self._arm.free_directions and not self._change.is_closed:
            self.push(direction)

    def _handle_lane_link(self, is_connected: bool) -> None:  # noqa: FBT001
        self._is_lane_connected = is_connected
        log.info("%s: the gateway's lane is %s", self.name, "connected" if is_connected else "gone")
        self._changed("lane_connected" if is_connected else None)

    def _handle_status_link(self, is_connected: bool) -> None:  # noqa: FBT001
        self._is_status_connected = is_connected
        if not is_connected:
            self._gateway_lane = None
        self._changed("status_connected" if is_connected else None)

    def _handle_record(self, record: Record) -> None:
        own_id = self._settings.lane_id
        if own_id is not None and record.get("lane_id", own_id) != own_id:
            return
        timed = {**record, "at": datetime.now(UTC)}
        try:
            if record["type"] == "decision":
                self._decision = DecisionView.model_validate(timed)
                self._changed("decision")
            elif record["type"] == "passage":
                self._passage = PassageView.model_validate(timed)
                self._changed("passage")
            elif record["type"] == "state":
                self._take_lane_state(record)
        except ValidationError as error:
            mistake = error.errors()[0]
            log.warning("%s: a %s with a wrong %s: %s", self.name, record["type"], mistake["loc"], mistake["msg"])

    def _take_lane_state(self, record: Record) -> None:
        lanes = record.get("lanes")
        for lane in lanes if isinstance(lanes, list) else ():
            if isinstance(lane, dict) and self._settings.lane_id in (None, lane.get("lane_id")):
                said = GatewayLaneView.model_validate(lane)
                if said != self._gateway_lane:
                    self._gateway_lane = said
                    self._changed("lane_state")
                return

    # What the turnstile does by itself.

    def _handle_reader(self, happened: CountName | None) -> None:
        self._changed(happened)

    def _handle_timer(self, now: float) -> None:
        self._arm.handle_timer(now)
        self._drain_arm()

    def _drain_arm(self) -> None:
        while (event := self._arm.next_event()) is not None:
            match event:
                case PassContact():
                    name: CountName = "pass_in" if event.direction == "in" else "pass_out"
                    self._counts[name] += event.is_closed
                    self._socket.set_input(name, is_active=event.is_closed)
                case Bumped():
                    self._counts["bump"] += 1
                case _:
                    pass
        self._timer.arm(self._arm.next_deadline())
        self._changed()

    def _set_input(self, name: str, *, is_active: bool) -> None:
        self._inputs[name] = is_active
        self._socket.set_input(name, is_active=is_active)

    def _changed(self, happened: CountName | None = None) -> None:
        if happened is not None:
            self._counts[happened] += 1
        self._version += 1
        self._change.notify()
