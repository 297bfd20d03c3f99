"""Which pair the link shows to the broker: the candidate first, the proven one after a failure, and so on in turns."""

from collections.abc import Callable

from gateway.certificate_pairs import PairsOnDisk
from mqtt_client.errors import CertificateRefusedError, LinkError
from mqtt_client.tls import TlsFiles


class PairTrial:
    """Implements `LinkCredentials` for the link and `CertificateTrial` for the renewal; `on_news` tells the latter."""

    def __init__(self, pairs: PairsOnDisk) -> None:
        self._pairs = pairs
        self._is_candidate_s_turn = True
        self._shown = ""
        self._proven = ""
        self._refused: tuple[str, int] = ("", 0)
        self.refusal: str | None = None
        self._serial_in_use = ""
        self.on_news: Callable[[], None] = _nobody_listens

    @property
    def is_candidate_proven(self) -> bool:
        candidate = self._pairs.candidate
        return candidate is not None and candidate.serial == self._proven

    @property
    def candidate_refusals(self) -> int:
        candidate = self._pairs.candidate
        return self._refused[1] if candidate is not None and candidate.serial == self._refused[0] else 0

    def serial(self) -> str:
        """Of the certificate that the broker has let in last, in hex; empty before."""
        return self._serial_in_use

    def tls_files(self) -> TlsFiles:
        """What to connect with now."""
        candidate, current = self._pairs.candidate, self._pairs.current
        if candidate is not None and (self._is_candidate_s_turn or current is None):
            self._shown = candidate.serial
            return self._pairs.candidate_files
        self._shown = current.serial if current is not None else ""
        return self._pairs.current_files

    def handle_accepted(self) -> None:
        """The broker has let the pair in that was shown."""
        self._proven = self._serial_in_use = self._shown
        self.refusal = None
        self.on_news()

    def handle_failed(self, failure: LinkError) -> None:
        """The connection did not come about, or has ended."""
        is_refused = isinstance(failure, CertificateRefusedError)
        candidate = self._pairs.candidate
        if candidate is not None and candidate.serial == self._shown:
            refusals = self.candidate_refusals + (1 if is_refused else 0)
            self._refused = (candidate.serial, refusals)
        elif isinstance(failure, CertificateRefusedError):
            self.refusal = failure.reason
        self._is_candidate_s_turn = self.is_candidate_proven or candidate is None or candidate.serial != self._shown
        self.on_news()


def _nobody_listens() -> None:
    """Until the renewal is there."""
