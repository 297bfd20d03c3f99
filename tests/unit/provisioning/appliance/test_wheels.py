"""Wheels say in their names what a device must have."""

import pytest

from provisioning.appliance.wheels import GLIBC_MINORS, oldest_glibc


@pytest.mark.parametrize(
    ("names", "minor"),
    [
        (["cffi-2-cp311-cp311-manylinux2014_aarch64.manylinux_2_17_aarch64.whl"], 17),
        (["gpiod-2-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.manylinux_2_28_x86_64.whl"], 17),
        (["a-1-cp311-abi3-manylinux_2_34_aarch64.whl", "b-1-cp311-cp311-manylinux_2_28_aarch64.whl"], 34),
        (["aiomqtt-2.5.1-py3-none-any.whl"], GLIBC_MINORS[0]),
    ],
    ids=["old name", "several", "the highest need counts", "pure Python"],
)
def test_a_device_needs_the_glibc_that_every_wheel_can_do_with(names: list[str], minor: int) -> None:
    assert oldest_glibc(names) == minor
