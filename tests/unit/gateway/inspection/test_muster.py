"""The muster roll as people read it."""

from gateway.inspection.muster import describe_zone

PERSON = {"member_id": "mem_a", "display_name": "Anna", "guest_number": 0, "since": "2026-11-21T12:03:04+01:00"}
ZONE = {"name": "Gym", "occupancy": 3, "occupancy_limit": None, "unnamed": 0, "people": [PERSON]}


def test_everybody_is_called_by_name_with_the_hour_and_guests_by_their_member() -> None:
    guest = {**PERSON, "guest_number": 2}
    stranger = {**PERSON, "display_name": ""}
    assert describe_zone({**ZONE, "people": [PERSON, guest, stranger]}).splitlines() == [
        "Gym: 3 inside",
        "  Anna, since 12:03",
        "  guest 2 of Anna, since 12:03",
        "  mem_a, since 12:03",
    ]


def test_whom_nobody_named_and_who_left_unseen_are_told() -> None:
    assert describe_zone({**ZONE, "unnamed": 2}).endswith("  and 2 whom no card named")
    assert describe_zone({**ZONE, "unnamed": -1, "occupancy_limit": 9}).startswith("Gym: 3 of 9 inside\n")
    assert describe_zone({**ZONE, "unnamed": -1}).endswith("  1 of them have left unseen")
