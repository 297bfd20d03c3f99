"""Each direction of a lane leads from one zone to another."""

from access_policy.zone import LanePlace

SPA = LanePlace("steam", "spa", "club")


def test_going_in_and_going_out_join_the_same_two_zones() -> None:
    assert (SPA.zone_left("in"), SPA.zone_entered("in")) == ("club", "spa")
    assert (SPA.zone_left("out"), SPA.zone_entered("out")) == ("spa", "club")
