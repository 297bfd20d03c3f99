import re
import time

from cloud.kit.ids import new_id
from sync_protocol.topics import up_topic


def test_an_id_says_what_it_names_and_fits_a_topic() -> None:
    assert re.fullmatch(r"mem_[0-9a-hjkmnp-tv-z]{20}", new_id("mem"))
    assert up_topic(new_id("sit"), new_id("gwy"), "hello")


def test_ids_are_unique_and_sort_by_the_millisecond_they_were_made_in() -> None:
    first = [new_id("mem") for _ in range(1000)]
    begin = time.time_ns() // 1_000_000
    while time.time_ns() // 1_000_000 == begin:
        pass
    second = [new_id("mem") for _ in range(1000)]
    assert len({*first, *second}) == 2000
    assert max(first) < min(second)
