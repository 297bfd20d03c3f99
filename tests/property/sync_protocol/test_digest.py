"""The digest of a state depends on its rows alone, not on the way there."""

from hypothesis import given
from hypothesis import strategies as st

from sync_protocol.digest import Digest

keys = st.sampled_from([f"flag/{number}" for number in range(12)])
changes = st.lists(st.tuples(keys, st.none() | st.binary(max_size=8)), max_size=40)


@given(changes=changes)
def test_kept_up_to_date_row_by_row_it_equals_the_digest_made_anew(changes: list[tuple[str, bytes | None]]) -> None:
    state: dict[str, bytes] = {}
    kept = Digest()
    for key, row in changes:
        if key in state:
            kept.remove(key, state.pop(key))
        if row is not None:
            state[key] = row
            kept.add(key, row)
    anew = Digest()
    for key, row in state.items():
        anew.add(key, row)
    assert kept.root() == anew.root()
    assert Digest(kept.to_bytes()).root() == kept.root()
