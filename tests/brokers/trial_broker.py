"""What a trial needs of a broker, whatever its make."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol


class TrialBroker(Protocol):
    """A broker as child processes on this machine.

    Its folder of certificates is `authority`, as `provisioning.authority` writes it, with the server certificate
    `broker`.
    """

    host: str
    port: int

    def describe(self) -> str:
        """Name and version."""
        ...

    def admit(self, gateway_ids: Sequence[str]) -> None:
        """Say which gateways there are, before the first start."""
        ...

    def start(self) -> None:
        """Returns when connections are taken; the port stays the same."""
        ...

    def kill(self) -> None:
        """kill -9."""
        ...

    def stop(self) -> None:
        """End everything that was started."""
        ...

    def read_revocations(self) -> None:
        """Obey the list of revoked certificates as it is now."""
        ...


class BrokerMissingError(Exception):
    """The broker's program is not on this machine; the text says what to install."""


def revocation_list(authority: Path) -> Path:
    """Where the cloud writes the list of revoked certificates."""
    return authority / "revoked.pem"
