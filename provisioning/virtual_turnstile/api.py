"""The control API: what a person can do to a lane, what it looks like, and waiting for what happens next.

A test waits without sleeping: it taps, takes the counts of the answer, and asks again with `wait_for` and `after`.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, Field

from provisioning.virtual_turnstile.arm import Direction
from provisioning.virtual_turnstile.board import Board
from provisioning.virtual_turnstile.cards import MemberCard
from provisioning.virtual_turnstile.lane import SwitchName, VirtualLane
from provisioning.virtual_turnstile.problems import problem
from provisioning.virtual_turnstile.views import CountName, LaneView

WAIT_MS_MAX = 60_000
KEEP_ALIVE_S = 15.0

router = APIRouter()


def get_board(request: Request) -> Board:
    """The board of this process."""
    board = request.app.state.board
    assert isinstance(board, Board)
    return board


BoardParameter = Annotated[Board, Depends(get_board)]


def get_lane(name: str, board: BoardParameter) -> VirtualLane:
    """The lane in the address; 404 when there is none."""
    lane = board.lanes.get(name)
    if lane is None:
        raise HTTPException(404, f"no lane has the name {name!r}")
    return lane


LaneParameter = Annotated[VirtualLane, Depends(get_lane)]


class Tap(BaseModel):
    """A card as `facility:number`."""

    card: str = Field(max_length=40)


class Push(BaseModel):
    """Which way somebody walks."""

    direction: Direction


class Switch(BaseModel):
    """Something goes on or off."""

    is_active: bool


@router.get("/cards")
async def list_cards(board: BoardParameter) -> list[MemberCard]:
    """The members' cards."""
    return board.book.cards()


@router.get("/lanes")
async def list_lanes(board: BoardParameter) -> list[LaneView]:
    """All lanes as they are now."""
    return [lane.view() for lane in board.lanes.values()]


@router.get("/lanes/{name}", response_model=LaneView)
async def show_lane(
    lane: LaneParameter,
    board: BoardParameter,
    wait_for: CountName | None = None,
    after: Annotated[int, Query(ge=0)] = 0,
    timeout_ms: Annotated[int, Query(ge=0, le=WAIT_MS_MAX)] = 5000,
) -> LaneView | JSONResponse:
    """The lane as it is now; with `wait_for`, as soon as that count is above `after`, or 504 after the time-out."""
    if wait_for is None:
        return lane.view()
    deadline = asyncio.get_running_loop().time() + timeout_ms / 1000
    while lane.count(wait_for) <= after:
        left_s = deadline - asyncio.get_running_loop().time()
        if left_s <= 0 or not await board.change.wait_beyond(board.change.version, left_s):
            return problem(504, "nothing_happened", f"no {wait_for} beyond {after} within {timeout_ms} ms")
    return lane.view()


@router.post("/lanes/{name}/tap")
async def tap(lane: LaneParameter, body: Tap) -> LaneView:
    """Hold a card before the reader."""
    lane.tap(body.card)
    return lane.view()


@router.post("/lanes/{name}/push")
async def push(lane: LaneParameter, body: Push) -> LaneView:
    """Walk into the arm: it turns when it is free, otherwise it bumps."""
    lane.push(body.direction)
    return lane.view()


@router.post("/lanes/{name}/force")
async def force(lane: LaneParameter, body: Push) -> LaneView:
    """Turn the arm by force, locked or not."""
    lane.force(body.direction)
    return lane.view()


@router.post("/lanes/{name}/exit")
async def press_exit(lane: LaneParameter) -> LaneView:
    """Press the exit button."""
    lane.press_exit()
    return lane.view()


@router.post("/lanes/{name}/{switch}")
async def switch_lane(lane: LaneParameter, switch: SwitchName, body: Switch) -> LaneView:
    """Let something begin or end: each switch that the page shows."""
    lane.switch(switch, is_active=body.is_active)
    return lane.view()


@router.get("/events")
async def stream_events(board: BoardParameter) -> StreamingResponse:
    """Server-sent events: `lane` with the lane's view, first of each lane, then of each that changed."""
    return StreamingResponse(_lane_events(board), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


async def _lane_events(board: Board) -> AsyncIterator[str]:
    seen: dict[str, int] = {}
    yield "retry: 1000\n\n"
    while not board.change.is_closed:
        version = board.change.version
        for lane in board.lanes.values():
            if seen.get(lane.name) != lane.version:
                seen[lane.name] = lane.version
                yield f"event: lane\ndata: {lane.view().model_dump_json()}\n\n"
        if not await board.change.wait_beyond(version, KEEP_ALIVE_S):
            yield ": still here\n\n"
