from typing import get_args

from cloud.staff.policy import ROLES, Permission, Rights, permissions_of


def test_an_owner_and_an_administrator_may_do_everything() -> None:
    assert permissions_of("owner") == permissions_of("administrator") == set(get_args(Permission))
    assert all(permissions <= permissions_of("administrator") for permissions in ROLES.values())


def test_an_installer_sees_nobody() -> None:
    about_devices = {"gateways.read", "gateways.enrol", "gateways.service", "access_rules.write"}
    assert permissions_of("installer") == about_devices


def test_an_unknown_role_may_do_nothing() -> None:
    assert permissions_of("nobody") == frozenset()


def test_at_a_site_of_its_own_role_somebody_may_exactly_what_that_says() -> None:
    rights = Rights(frozenset({"members.read"}), {"sit_1": frozenset({"dues.read"}), "sit_2": frozenset()})
    assert rights.at("sit_1") == {"dues.read"}
    assert rights.at("sit_2") == frozenset()
    assert rights.at("sit_3") == {"members.read"}
    assert rights.anywhere == {"members.read", "dues.read"}


def test_rights_cover_others_only_where_they_reach_as_far_at_every_site() -> None:
    manager = Rights(frozenset({"members.read", "dues.read"}), {"sit_2": frozenset({"members.read"})})
    assert manager.covers(Rights(frozenset({"members.read"})))
    assert not manager.covers(Rights(frozenset({"dues.read"})))  # not at the second site
    assert not manager.covers(Rights(frozenset(), {"sit_3": frozenset({"audit.read"})}))
    assert manager.covers(Rights(frozenset({"dues.read"}), {"sit_2": frozenset()}))


def test_a_key_narrows_rights_at_every_site() -> None:
    rights = Rights(frozenset({"members.read", "dues.read"}), {"sit_1": frozenset({"dues.read"})})
    assert rights.within(frozenset({"members.read"})) == Rights(frozenset({"members.read"}), {"sit_1": frozenset()})
