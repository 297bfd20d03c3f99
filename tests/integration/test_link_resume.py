"""A cloud that was stopped goes on by itself: gateways need not wait until they miss an answer."""

import asyncio
from pathlib import Path

from cloud.database import Database
from sync_protocol.journal_events import LaneChanged
from sync_protocol.messages import EventsAcked
from tests.integration.site_stand import standing_site


def test_a_cloud_that_was_stopped_tells_gateways_at_once_where_to_go_on(tmp_path: Path, database: Database) -> None:
    with standing_site(tmp_path, database) as stand:
        gateway = stand.add_gateway()
        gateway.write(LaneChanged("lan_1", "ready"))

        async def converse() -> None:
            async with gateway.connected():
                async with stand.link():
                    await gateway.hello()
                    await gateway.send_events(0, 1)
                    assert (await gateway.next(EventsAcked)).upto_seq == 0
                async with stand.link():
                    again = await gateway.next(EventsAcked)
                    assert (again.journal_epoch, again.upto_seq) == (gateway.epoch, 0)

        asyncio.run(converse())
