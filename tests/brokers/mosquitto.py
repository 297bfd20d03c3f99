"""mosquitto as the product configures it: what the other brokers are compared with."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.brokers.trial_broker import BrokerMissingError
from tests.product_broker import ProductBroker


class MosquittoOnTrial(ProductBroker):
    """Implements `TrialBroker`."""

    def __init__(self, folder: Path, authority: Path) -> None:
        super().__init__(folder, authority=authority)
        program = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin")
        if program is None:
            raise BrokerMissingError("install the Debian package mosquitto")
        self._program = program

    def describe(self) -> str:
        answer = subprocess.run([self._program, "-h"], capture_output=True, text=True, check=False).stdout
        version = re.search(r"version (\S+)", answer)
        return f"mosquitto {version[1]}" if version else "mosquitto"

    def admit(self, gateway_ids: Sequence[str]) -> None:
        """Its access list has a pattern for all gateways: there is nothing to be said."""

    def read_revocations(self) -> None:
        self.reload()
