"""Disk, clock, certificate, ports, and the broker's TLS, as the self-test finds them on a real machine."""

import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.self_test import machine_checks
from gateway.self_test.alone import check_broker
from gateway.service.broker_choice import BrokerAddress
from mqtt_client.tls import TlsFiles
from tests.certificates import Authority
from tests.full_disk import small_file_system
from tests.mosquitto import Broker, BrokerTls, running_broker

DAY = timedelta(days=1)
NOBODY = 65534


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.create(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def broker(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    server = authority.issue("broker")
    tls = BrokerTls(authority.path, server.certificate, server.key)
    with running_broker(tmp_path_factory.mktemp("broker"), tls=tls) as broker:
        yield broker


def broker_outcome(port: int, files: TlsFiles) -> tuple[str, str]:
    outcome = check_broker(BrokerAddress("127.0.0.1", port), files)
    return outcome.verdict, outcome.finding or outcome.measured.rpartition(" ")[2]


def test_a_broker_that_takes_our_certificate_is_good(authority: Authority, broker: Broker) -> None:
    assert broker_outcome(broker.port, authority.issue("gwy_a")) == ("good", "ms")


def test_a_broker_of_another_authority_or_that_refuses_us_is_named_so(
    authority: Authority, broker: Broker, tmp_path: Path
) -> None:
    stranger = Authority.create(tmp_path / "other").issue("gwy_a")
    assert broker_outcome(broker.port, stranger) == ("bad", "certificate_refused")
    unknown_here = replace(stranger, authority=authority.path)
    assert broker_outcome(broker.port, unknown_here) == ("bad", "certificate_refused")


def test_a_broker_that_is_not_there_is_unreachable(authority: Authority) -> None:
    assert broker_outcome(1, authority.issue("gwy_a")) == ("bad", "broker_unreachable")


def test_a_sealed_key_is_left_to_the_service(authority: Authority, broker: Broker, tmp_path: Path) -> None:
    sealed = tmp_path / "key.pem"
    sealed.write_text("-----BEGIN ENCRYPTED PRIVATE KEY-----\n")
    files = replace(authority.issue("gwy_a"), key=sealed)
    assert broker_outcome(broker.port, files) == ("not_tested", "key_is_sealed")


def test_a_certificate_is_judged_by_how_much_of_its_life_is_left(authority: Authority, tmp_path: Path) -> None:
    path = authority.issue("gwy_a").certificate
    begin, end = machine_checks.certificate_life(path)
    life = end - begin

    def finding(at: datetime) -> str:
        return machine_checks.check_certificate(path, round(at.timestamp() * 1000)).finding

    assert finding(begin + life / 2) == ""
    assert finding(end - life / 10) == "certificate_ends_soon"
    assert finding(end + DAY) == "certificate_expired"
    assert finding(begin - DAY) == "certificate_not_yet_valid"
    now_ms = round(datetime.now(UTC).timestamp() * 1000)
    assert machine_checks.check_certificate(tmp_path / "none.pem", now_ms).finding == "not_enrolled"


def test_a_disk_is_measured_and_its_fault_told(tmp_path: Path) -> None:
    assert "fsync" in machine_checks.check_disk(tmp_path).measured
    assert not list(tmp_path.iterdir())
    assert machine_checks.check_disk(tmp_path, fault="database or disk is full").finding == "disk_fault"
    assert machine_checks.check_disk(tmp_path / "nowhere").finding == "disk_fault"


def test_a_small_disk_is_nearly_full(tmp_path: Path) -> None:
    with small_file_system(tmp_path / "card", 40) as folder:
        assert machine_checks.check_disk(folder).finding == "disk_full"


def test_a_clock_in_the_past_is_bad_and_one_that_nobody_set_a_warning(tmp_path: Path) -> None:
    synchronized = tmp_path / "synchronized"
    assert machine_checks.check_machine_clock(99.0, 100.0, synchronized).finding == "clock_untrusted"
    assert machine_checks.check_machine_clock(101.0, 100.0, synchronized).finding == "clock_not_confirmed"
    synchronized.touch()
    assert machine_checks.check_machine_clock(101.0, 100.0, synchronized).verdict == "good"


def test_a_port_of_others_is_forbidden() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        port = Path(folder) / "ttyUSB0"
        port.touch(mode=0o000)
        assert _findings_for_somebody([str(port)]) == ["port_forbidden"]


def _findings_for_somebody(ports: list[str]) -> list[str]:
    """What the check finds for whoever is not root: root may open every port."""
    answer, question = os.pipe()
    child = os.fork()
    if not child:
        try:
            if os.geteuid() == 0:
                os.setuid(NOBODY)
            os.write(question, json.dumps([one.finding for one in machine_checks.check_ports(ports)]).encode())
        finally:
            os._exit(0)
    os.close(question)
    with os.fdopen(answer, "rb") as told:
        findings: list[str] = json.loads(told.read())
    os.waitpid(child, 0)
    return findings


def test_a_port_is_looked_for(tmp_path: Path) -> None:
    (tmp_path / "ttyUSB0").touch()
    found = machine_checks.check_ports([str(tmp_path / "ttyUSB0"), str(tmp_path / "ttyUSB1")])
    assert [outcome.finding for outcome in found] == ["", "port_missing"]
