"""A gateway out of service is cut off, but not again and again; and what hinders it is said."""

import asyncio
import logging
from pathlib import Path

import pytest

from cloud.gateway_link.expulsion import Expulsion
from cloud.settings import Address

NOBODY = Address("127.0.0.1", 1)


def test_what_hinders_it_is_said_and_it_is_not_tried_again_at_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    expulsion = Expulsion(tmp_path, NOBODY)

    async def expel() -> None:
        await expulsion.expel("gwy_1")
        await expulsion.expel("gwy_1")
        await expulsion.expel("gwy_2")

    with caplog.at_level(logging.WARNING):
        asyncio.run(expel())
    told = [record.getMessage() for record in caplog.records]
    assert [text.split(":")[0] for text in told] == [
        "the connection of gateway gwy_1 is not cut",
        "the connection of gateway gwy_2 is not cut",
    ]
