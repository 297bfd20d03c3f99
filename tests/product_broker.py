"""mosquitto with the configuration that `tornello-provision broker-configuration` writes."""

from collections.abc import Iterator
from pathlib import Path

from provisioning.broker_configuration import BrokerPlan, write_broker_configuration
from tests.mosquitto import Broker


class ProductBroker(Broker):
    """`authority` is the folder of an authority that has issued the server certificate `broker`."""

    def __init__(self, folder: Path, *, authority: Path) -> None:
        super().__init__(folder)
        self._authority = authority

    def _configuration(self, port: int) -> Iterator[str]:
        written = self.folder / f"port-{port}"
        if not written.exists():
            plan = BrokerPlan(
                host=self.host,
                port=port,
                bundle=self._authority / "authority.pem",
                certificate=self._authority / "broker.pem",
                key=self._authority / "broker-key.pem",
                revocation_list=self._authority / "revoked.pem",
            )
            write_broker_configuration(written, plan)
        yield from (written / "mosquitto.conf").read_text().splitlines()
