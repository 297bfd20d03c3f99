"""Only the buckets that differ are sent, over a real broker with mutual TLS, from either database."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from cloud.database import Database
from sync_protocol.digest import bucket_of
from sync_protocol.messages import BucketRepair, SnapshotChunk
from sync_protocol.state_rows import encode_row, row_key
from tests.integration.site_stand import Stand, standing_site
from tests.integration.test_gateway_link import block_somebody, head


@pytest.fixture
def stand(tmp_path: Path, database: Database) -> Iterator[Stand]:
    with standing_site(tmp_path, database) as stand:
        yield stand


def test_a_gateway_whose_rows_differ_gets_the_buckets_that_do_and_nothing_else(stand: Stand) -> None:
    gateway = stand.add_gateway()
    block_somebody(stand)

    async def converse() -> BucketRepair:
        async with stand.link(), gateway.connected():
            await gateway.hello()
            await gateway.reach(head(stand))
            (flag,) = (key for key in gateway.rows if key.startswith("flag/"))
            sound = gateway.digest_root
            del gateway.rows[flag]
            await gateway.hello()
            await gateway.buckets()
            repair = await gateway.next(BucketRepair)
            gateway.rows.update({row_key(row): encode_row(row) for row in repair.rows})
            assert (gateway.digest_root, repair.digest_root) == (sound, sound)
            assert list(repair.buckets) == [bucket_of(flag)]
            return repair

    repair = asyncio.run(converse())
    assert (repair.from_revision, repair.to_revision, repair.count) == (head(stand), head(stand), 1)
    assert sum(isinstance(message, SnapshotChunk) for message in gateway.received) == 1, "the first one"
