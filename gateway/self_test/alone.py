"""The self-test while no gateway runs: configuration, keys, enrolment, ports, stores, disk, clock, TLS to the broker.

What only the running gateway can tell (readers, displays, inputs, relays) is named as not tested.
"""

import socket
import ssl
import tempfile
import time
from pathlib import Path
from typing import Final

from gateway.adapters.clock_system import PROGRAM_FLOOR_MS
from gateway.broker_addresses import known_addresses
from gateway.config import ConfigError, GatewayConfig, load_config
from gateway.identity import IdentityError, load_identity, tls_files
from gateway.self_test import machine_checks
from gateway.self_test.store_check import check_stores
from gateway.service.broker_choice import BrokerAddress
from mqtt_client.errors import CertificateRefusedError
from mqtt_client.tls import TlsFiles, certificate_refusal, client_context
from sync_protocol.self_test import CheckOutcome

BROKER_WAIT_S: Final = 5.0
_SERVICE_ALONE: Final = ("relay", "inputs", "reader", "display")


def check_alone(config_path: Path) -> tuple[CheckOutcome, ...]:
    """Test what can be tested without the service; each part that is missing is a finding."""
    service = CheckOutcome("service", "warning", "service_not_running")
    try:
        config = load_config(config_path)
    except (ConfigError, OSError) as error:
        return service, CheckOutcome("configuration", "bad", "configuration_unusable", measured=str(error))
    untested = (CheckOutcome(check, "not_tested", "service_not_running") for check in _SERVICE_ALONE)
    return (
        service,
        CheckOutcome("configuration", "good", measured=str(config_path)),
        *untested,
        *machine_checks.check_ports(_ports(config)),
        *_check_enrolment(config),
        machine_checks.check_machine_clock(time.time(), PROGRAM_FLOOR_MS / 1000),
        *_check_files(config.state_dir),
    )


def _ports(config: GatewayConfig) -> list[str]:
    return [*(bus.port for bus in config.buses), *(scanner.port for scanner in config.scanners)]


def _check_enrolment(config: GatewayConfig) -> tuple[CheckOutcome, ...]:
    try:
        identity = load_identity(config.state_dir)
    except IdentityError as error:
        return (CheckOutcome("certificate", "bad", "not_enrolled", measured=str(error)),)
    files = tls_files(config.state_dir)
    certificate = machine_checks.check_certificate(files.certificate, time.time_ns() // 1_000_000)
    broker, *_ = known_addresses(config.state_dir, identity, config.broker)
    return certificate, check_broker(broker, files)


def _check_files(state_dir: Path) -> tuple[CheckOutcome, ...]:
    if not state_dir.exists():
        return (CheckOutcome("store", "not_tested", "store_not_there_yet"),)
    with tempfile.TemporaryDirectory(prefix="tornello-self-test-") as folder:
        return machine_checks.check_disk(state_dir), *check_stores(state_dir, Path(folder))


def check_broker(broker: BrokerAddress, files: TlsFiles, wait_s: float = BROKER_WAIT_S) -> CheckOutcome:
    """Shake hands with the broker, as far as TLS; nothing is sent, so that its word about our certificate arrives."""
    if _is_sealed(files.key):
        return CheckOutcome("broker", "not_tested", "key_is_sealed")
    begun = time.perf_counter()
    address = (broker.host, broker.port)
    try:
        context = client_context(files)
        with (
            socket.create_connection(address, wait_s) as plain,
            context.wrap_socket(plain, server_hostname=broker.host) as secure,
        ):
            took_ms = (time.perf_counter() - begun) * 1000
            _hear_refusal(secure)
    except CertificateRefusedError as error:
        return CheckOutcome("broker", "bad", "certificate_refused", measured=error.reason)
    except OSError as error:
        refusal = certificate_refusal(error)
        if refusal is not None:
            return CheckOutcome("broker", "bad", "certificate_refused", measured=refusal.reason)
        return CheckOutcome("broker", "bad", "broker_unreachable", measured=str(error))
    return CheckOutcome("broker", "good", measured=f"{took_ms:.0f} ms")


def _is_sealed(key: Path) -> bool:
    """Only the service is given the passphrase, by systemd."""
    try:
        return b"BEGIN ENCRYPTED" in key.read_bytes()
    except OSError:
        return False


def _hear_refusal(secure: ssl.SSLSocket) -> None:
    """In TLS 1.3 a broker refuses a certificate after the handshake; one that says nothing for a second accepts it."""
    secure.settimeout(1.0)
    try:
        secure.recv(1)
    except TimeoutError:
        return
