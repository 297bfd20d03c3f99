"""Signs what goes up to the cloud with the key of the certificate that the connection was made with.

Each message has a higher number than all before it, also than those of earlier starts: the time of the clock in
milliseconds, or one more than the number before. A clock that was set back does no harm: the cloud says which number
it has heard, and the next one is above it. Nothing has to be kept on the disk.
"""

from collections.abc import Callable

from mqtt_client.errors import LinkLostError
from sync_protocol.up_seal import Speaker, seal_up


class CertificateVoice:
    """Implements `Voice` for the link. `find_speaker` says who speaks on the connection of now, None for nobody."""

    def __init__(self, find_speaker: Callable[[], Speaker | None], wall_ms: Callable[[], int]) -> None:
        self._find_speaker = find_speaker
        self._wall_ms = wall_ms
        self._number = 0

    def seal(self, topic: str, payload: bytes, *, shows_certificate: bool) -> bytes:
        speaker = self._find_speaker()
        if speaker is None:
            raise LinkLostError("there is no key to sign with")
        self._number = max(self._number + 1, self._wall_ms())
        return seal_up(topic, payload, self._number, speaker, shows_certificate=shows_certificate)

    def note_heard(self, number: int) -> None:
        self._number = max(self._number, number)
