"""Would this program work here? Asked by the package that installs it, before and after the switch to it.

No hardware, no network, and nothing is written into the gateway's own files: whatever is tried, is tried on copies. The
service may run meanwhile or not.
"""

import asyncio
import importlib
import pkgutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Final

import firmware_protocol
import gateway
import mqtt_client
import sync_protocol
from gateway.config import ConfigError, GatewayConfig, load_config
from sync_protocol.self_test import CheckOutcome

PACKAGES: Final[tuple[ModuleType, ...]] = (gateway, firmware_protocol, sync_protocol, mqtt_client)


def check_after_upgrade(config_path: Path, scratch: Path | None = None) -> tuple[CheckOutcome, ...]:
    """Try the program in front of this machine's configuration and stores; `scratch` is where copies may lie."""
    with tempfile.TemporaryDirectory(prefix="tornello-self-test-", dir=scratch) as folder:
        program = _tried("program", "program_broken", _import_everything)
        if program.verdict == "bad":
            return (program,)
        decision = _tried("decision", "decision_wrong", lambda: _decide(Path(folder)))
        configuration, config = _read_configuration(config_path)
        stores = _try_stores(config, Path(folder))
    return (program, decision, configuration, *stores)


def _tried(check: str, finding: str, try_it: Callable[[], str], subject: str = "") -> CheckOutcome:
    """Good with what `try_it` measured; whatever it raises is the finding."""
    try:
        return CheckOutcome(check, "good", subject=subject, measured=try_it())
    except Exception as error:  # noqa: BLE001 - a program that fails in any way is not to be switched to
        return CheckOutcome(check, "bad", finding, subject, f"{type(error).__name__}: {error}")


def _import_everything() -> str:
    names = [module.name for package in PACKAGES for module in _modules_of(package)]
    for name in (*names, "sqlite_utils"):
        importlib.import_module(name)
    return f"{len(names)} modules"


def _modules_of(package: ModuleType) -> Iterator[pkgutil.ModuleInfo]:
    return pkgutil.walk_packages(package.__path__, f"{package.__name__}.")


def _decide(folder: Path) -> str:
    from gateway.self_test.synthetic_gate import decide_synthetic_taps

    return f"tap {asyncio.run(decide_synthetic_taps(folder / 'synthetic'))} us"


def _read_configuration(path: Path) -> tuple[CheckOutcome, GatewayConfig | None]:
    """Readers' keys are left alone: a gateway may be upgraded before its readers are paired."""
    if not path.exists():
        return CheckOutcome("configuration", "not_tested", "configuration_missing", measured=str(path)), None
    try:
        config = load_config(path, has_keys=False)
    except (ConfigError, OSError) as error:
        return CheckOutcome("configuration", "bad", "configuration_unusable", measured=str(error)), None
    return CheckOutcome("configuration", "good", measured=str(path)), config


def _try_stores(config: GatewayConfig | None, folder: Path) -> tuple[CheckOutcome, ...]:
    from gateway.self_test.store_check import check_stores

    if config is None:
        return (CheckOutcome("store", "not_tested", "configuration_missing"),)
    return check_stores(config.state_dir, folder)
