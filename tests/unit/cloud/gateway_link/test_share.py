"""Every site has exactly one process for each duty, and whoever comes or goes moves few of them."""

from hypothesis import given
from hypothesis import strategies as st

from cloud.gateway_link.share import ALONE, DUTIES, NOBODY, Duty, Peer, Share, topic_filters

SITES = tuple(f"sit_{number}" for number in range(200))


def shares(*names: str) -> list[Share]:
    peers = frozenset(Peer(name, DUTIES) for name in names)
    return [Share(name, peers) for name in names]


@given(st.sets(st.sampled_from("abcdefgh"), min_size=1), st.sampled_from(sorted(DUTIES)))
def test_each_site_belongs_to_one_process(names: set[str], duty: Duty) -> None:
    for site_id in SITES[:20]:
        assert sum(share.has(duty, site_id) for share in shares(*names)) == 1


def test_the_sites_are_shared_about_evenly() -> None:
    for share in shares("a", "b", "c", "d"):
        assert 30 <= sum(share.has("ingest", site_id) for site_id in SITES) <= 70


def test_a_process_that_goes_moves_only_its_own_sites() -> None:
    before = next(share for share in shares("a", "b", "c") if share.name == "a")
    after = next(share for share in shares("a", "b") if share.name == "a")
    assert all(after.has("publish", site_id) for site_id in SITES if before.has("publish", site_id))
    assert any(after.gains(site_id, before) for site_id in SITES)


def test_who_is_alone_hears_everything_by_one_subscription() -> None:
    assert topic_filters(ALONE, SITES) == {"tornello/1/+/+/up/+"}
    assert all(ALONE.gains(site_id, NOBODY) for site_id in SITES)


def test_who_shares_subscribes_to_its_own_sites() -> None:
    one, other = shares("a", "b")
    heard = topic_filters(one, SITES) | topic_filters(other, SITES)
    assert heard == {f"tornello/1/{site_id}/+/up/+" for site_id in SITES}
    assert not topic_filters(one, SITES) & topic_filters(other, SITES)


def test_duties_are_told_apart_by_the_kind_of_the_message() -> None:
    peers = frozenset((Peer("a", frozenset({"ingest"})), Peer("b", frozenset({"publish"}))))
    assert topic_filters(Share("a", peers), SITES) == {"tornello/1/+/+/up/events"}
    published = topic_filters(Share("b", peers), SITES)
    assert "tornello/1/+/+/up/hello" in published
    assert "tornello/1/+/+/up/events" not in published


def test_who_is_not_alive_has_nothing() -> None:
    assert not any(Share("a", frozenset()).has_any(site_id) for site_id in SITES)
