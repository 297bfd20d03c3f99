"""The signing keys that are believed, where they are kept: in the identity."""

import asyncio
from dataclasses import replace
from pathlib import Path

from gateway.identity import Identity, save_identity
from gateway.service.signing_keys import KeyRing


class IdentityKeys:
    """Implements the port `KeptKeys`; nobody else writes the identity while the gateway runs."""

    def __init__(self, state_dir: Path, identity: Identity) -> None:
        self._state_dir = state_dir
        self._identity = identity

    @property
    def ring(self) -> KeyRing:
        return KeyRing(self._identity.signing_keys_serial, self._identity.signing_keys)

    async def keep(self, ring: KeyRing) -> None:
        identity = replace(self._identity, signing_keys=dict(ring.keys), signing_keys_serial=ring.serial)
        await asyncio.to_thread(save_identity, self._state_dir, identity)
        self._identity = identity
