"""The broker's configuration keeps strangers out and clients apart, and survives nothing by itself."""

from pathlib import Path

import pytest

from provisioning.authority import ProvisioningRefusedError
from provisioning.broker_configuration import BrokerPlan, write_broker_configuration


@pytest.fixture
def plan(tmp_path: Path) -> BrokerPlan:
    paths = [tmp_path / name for name in ("authority.pem", "broker.pem", "broker-key.pem", "revoked.pem")]
    for path in paths:
        path.touch()
    return BrokerPlan("127.0.0.1", 8883, *paths)


def test_only_clients_with_a_certificate_get_in_and_only_under_their_own_name(tmp_path: Path, plan: BrokerPlan) -> None:
    lines = write_broker_configuration(tmp_path / "broker", plan).read_text().splitlines()
    for line in (
        "require_certificate true",
        "use_identity_as_username true",
        "allow_anonymous false",
        "tls_version tlsv1.2",
        "persistence false",
        "set_tcp_nodelay true",
        f"crlfile {tmp_path / 'revoked.pem'}",
        f"acl_file {tmp_path / 'broker' / 'access_list'}",
    ):
        assert line in lines
    access = (tmp_path / "broker" / "access_list").read_text()
    assert "pattern write tornello/1/+/%u/up/#" in access
    assert "pattern read tornello/1/+/%u/down/#" in access
    assert "pattern write tornello/1/+/+/side/%u" in access
    assert "pattern read tornello/1/+/%u/side/#" in access
    assert access.index("user tornello-cloud\n") < access.index("topic readwrite tornello/1/#")
    assert access.count("topic readwrite tornello/1/#") == access.count("user tornello-cloud") == 8


def test_nothing_is_overwritten(tmp_path: Path, plan: BrokerPlan) -> None:
    write_broker_configuration(tmp_path / "broker", plan)
    with pytest.raises(ProvisioningRefusedError, match="not overwritten"):
        write_broker_configuration(tmp_path / "broker", plan)
