from typing import get_args

from cloud.staff.policy import ROLES, Permission, permissions_of


def test_an_administrator_may_do_everything() -> None:
    assert permissions_of("administrator") == set(get_args(Permission))
    assert all(permissions <= permissions_of("administrator") for permissions in ROLES.values())


def test_an_installer_sees_nobody() -> None:
    about_devices = {"gateways.read", "gateways.enrol", "gateways.service", "access_rules.write"}
    assert permissions_of("installer") == about_devices


def test_an_unknown_role_may_do_nothing() -> None:
    assert permissions_of("owner") == frozenset()
