"""The digest of a state depends on its rows alone, not on the way there."""

from hypothesis import given
from hypothesis import strategies as st

from sync_protocol.digest import Digest, bucket_of

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


@given(one=st.dictionaries(keys, st.binary(max_size=2)), other=st.dictionaries(keys, st.binary(max_size=2)))
def test_the_differing_buckets_are_those_of_the_keys_that_differ_and_putting_them_right_makes_the_states_equal(
    one: dict[str, bytes], other: dict[str, bytes]
) -> None:
    mine, theirs = Digest(), Digest()
    for digest, rows in ((mine, one), (theirs, other)):
        for key, row in rows.items():
            digest.add(key, row)
    differing = mine.differing(theirs)
    assert differing == sorted({bucket_of(key) for key in one.keys() | other.keys() if one.get(key) != other.get(key)})
    for bucket in differing:
        mine.clear(bucket)
    for key, row in other.items():
        if bucket_of(key) in differing:
            mine.add(key, row)
    assert mine.root() == theirs.root()
