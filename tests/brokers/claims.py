"""What the sync contract needs of a broker, each thing tried by itself with the product's own links.

A claim answers with what it saw instead, or with an empty text when it holds.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from cloud.gate_commands import service as gate_commands
from gateway.adapters.clock_system import SystemClock
from gateway.adapters.store_sqlite.store import GatewayStore
from mqtt_client.connection import LinkLimits
from mqtt_client.errors import LinkError
from sync_protocol.codec import PAYLOAD_BYTES_MAX
from sync_protocol.gate_commands import OpenOnce
from sync_protocol.messages import Command, CommandResult, Welcome
from sync_protocol.topics import cloud_filter, down_topic, gateway_filter, up_topic
from tests.benchmarks.journal_backlog import fill_journal
from tests.brokers.site import TrialSite, listening, until
from tests.club import gateway_of
from tests.integration.site_stand import now_ms

EVENTS: Final = 20_000
KILLS: Final = 3
AWAY_S: Final = 0.3
QUIET_S: Final = 1.0
"""How long nothing must have come before we believe that nothing comes."""


@dataclass(frozen=True, slots=True)
class Claim:
    """`is_needed`: without it the contract does not work, or one gateway can harm another's members."""

    sentence: str
    check: Callable[[TrialSite], Awaitable[str]]
    is_needed: bool = True


async def state_comes_down(site: TrialSite) -> str:
    gateway, club = site.take_gateway(), site.stand.club
    in_force: list[int] = []
    async with site.stand.link(), site.syncing(gateway, in_force.append):
        await until(lambda: bool(in_force) and in_force[-1] == site.head())
        before = in_force[-1]
        await asyncio.to_thread(_block_somebody, site)
        await until(lambda: in_force[-1] == site.head() > before)
        with club.database.session() as session:
            known = gateway_of(session, gateway.gateway_id)
        await until(lambda: _applied(site, gateway.gateway_id) == site.head())
    return "" if known.id == gateway.gateway_id else "another gateway"


def _block_somebody(site: TrialSite) -> None:
    club = site.stand.club
    with club.database.transaction() as session:
        club.block(session, club.add_member(session, card=7))


def _applied(site: TrialSite, gateway_id: str) -> int:
    with site.stand.club.database.session() as session:
        return gateway_of(session, gateway_id).applied_revision


async def events_are_stored_once(site: TrialSite) -> str:
    """A backlog goes up while the broker is killed again and again."""
    gateway = site.take_gateway()
    state_dir, _ = site.identity_of(gateway)
    async with GatewayStore.open(state_dir, SystemClock()) as store:
        await fill_journal(store.journal, EVENTS)
    async with site.stand.link(), site.syncing(gateway) as store:
        for number in range(1, KILLS + 1):
            share = EVENTS * number // (KILLS + 1)
            await until(lambda share=share: len(site.stored(gateway)) >= share)  # type: ignore[misc]
            await asyncio.to_thread(site.broker.kill)
            await asyncio.sleep(AWAY_S)
            await asyncio.to_thread(site.broker.start)
        await until(lambda: store.journal.outbox.first_seq == store.journal.outbox.next_seq)
    stored = site.stored(gateway)
    return "" if stored == list(range(EVENTS)) else f"{len(stored)} rows, {len(set(stored))} of {EVENTS} events"


async def commands_go_down_once(site: TrialSite) -> str:
    gateway = site.take_gateway()
    async with site.stand.link(), gateway.connected():
        await gateway.hello(run_id="run-a")
        await gateway.next(Welcome)
        command_id = await asyncio.to_thread(_ask_to_open, site, gateway.gateway_id)
        command = await gateway.next(Command)
        await gateway.say(CommandResult(command_id, "done", now_ms(), "synced"))
        await until(lambda: _state_of(site, command_id) == "done")
        await asyncio.sleep(QUIET_S)
        again = [message for message in gateway.received if isinstance(message, Command)]
    return "" if command.command_id == command_id and not again else f"came {1 + len(again)} times"


def _ask_to_open(site: TrialSite, gateway_id: str) -> str:
    club = site.stand.club
    with club.database.transaction() as session:
        lane_id = gateway_of(session, gateway_id).lane_id
        return gate_commands.ask(session, club.actor, lane_id, OpenOnce("in"), request_id="request-1").id


def _state_of(site: TrialSite, command_id: str) -> str:
    with site.stand.club.database.session() as session:
        return gate_commands.get_command(session, command_id).state


async def the_largest_message_passes(site: TrialSite) -> str:
    gateway = site.take_gateway()
    payload = bytes(PAYLOAD_BYTES_MAX)
    async with (
        listening(site.cloud_client(cloud_filter())) as heard,
        site.client(gateway.tls, gateway.gateway_id) as client,
    ):
        await client.publish(up_topic(gateway.site_id, gateway.gateway_id, "events"), payload)
        await until(lambda: bool(heard))
    return "" if heard[0].payload == payload else f"{len(heard[0].payload)} bytes came"


async def nothing_waits_for_the_absent(site: TrialSite) -> str:
    """A clean session: what was not acknowledged, or said meanwhile, does not come after a reconnect."""
    gateway = site.take_gateway()
    topic = down_topic(gateway.site_id, gateway.gateway_id, "heartbeat")
    own = gateway_filter(gateway.site_id, gateway.gateway_id)
    async with site.cloud_client() as cloud:
        async with site.client(gateway.tls, gateway.gateway_id, own) as client:
            await cloud.publish(topic, b"never acknowledged")
            await anext(client.messages())
        await cloud.publish(topic, b"said to nobody")
        async with listening(site.client(gateway.tls, gateway.gateway_id, own)) as heard:
            await asyncio.sleep(QUIET_S)
            return ", ".join(message.payload.decode() for message in heard)


async def order_is_kept(site: TrialSite) -> str:
    """Many publishes at once are all confirmed, and arrive in their order while the receiver is slow."""
    gateway, count = site.take_gateway(), 500
    topic = up_topic(gateway.site_id, gateway.gateway_id, "events")
    client = site.client(gateway.tls, gateway.gateway_id, limits=LinkLimits(outbound_max=256))
    async with listening(site.cloud_client(cloud_filter())) as heard, client:
        await asyncio.gather(*(client.publish(topic, str(number).encode()) for number in range(count)))
        await until(lambda: len(heard) >= count)
    numbers = [int(message.payload) for message in heard]
    return "" if numbers == list(range(count)) else f"{len(numbers)} came, {len(set(numbers))} different, or unordered"


async def a_killed_broker_is_noticed(site: TrialSite) -> str:
    gateway = site.take_gateway()
    async with site.client(gateway.tls, gateway.gateway_id) as client:
        try:
            async with asyncio.timeout(20):
                killing = asyncio.create_task(asyncio.to_thread(site.broker.kill))
                with contextlib.suppress(LinkError):
                    await anext(client.messages())
                await killing
        finally:
            await asyncio.to_thread(site.broker.start)
    return ""


CONTRACT: Final = (
    Claim("the whole state comes down, then a change, and the gateway's word for it goes up", state_comes_down),
    Claim("a command goes down once and its answer comes up", commands_go_down_once),
    Claim(f"{EVENTS} events are stored once each while the broker is killed {KILLS} times", events_are_stored_once),
    Claim("a message of 64 KiB passes", the_largest_message_passes),
    Claim("many publishes at once are confirmed and arrive in order", order_is_kept),
    Claim("a broker that is killed is noticed at once", a_killed_broker_is_noticed),
    Claim("nothing waits for a client that was away", nothing_waits_for_the_absent),
)
