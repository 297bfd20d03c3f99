"""An authenticator in software: makes passkeys on P-256, checks its person always, and signs as WebAuthn asks."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, WITH_KEY = 0x01, 0x04, 0x40


def to_text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def to_bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "===")


@dataclass
class Authenticator:
    """One passkey; `options` are what the server asks, as JSON; answers are what a browser gives, as JSON.

    `count` is what it tells next as its counter; None: it counts nothing, as most that copy passkeys between devices.
    """

    origin: str
    count: int | None = 1
    flags: int = PRESENT | VERIFIED
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    handle: str = ""

    def __post_init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())

    def create(self, options: str) -> str:
        """A new passkey, without attestation."""
        asked = json.loads(options)
        self.handle = asked["user"]["id"]
        numbers = self._key.public_key().public_numbers()
        key = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        made = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + cbor2.dumps(key)
        said = self._said(asked["rp"]["id"], WITH_KEY) + made
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": said})
        client = self._client("webauthn.create", asked["challenge"])
        return self._answer({"clientDataJSON": to_text(client), "attestationObject": to_text(attested)})

    def get(self, options: str, **changes: Any) -> str:
        """A proof that it is here; `changes` are made to the response after it was signed."""
        asked = json.loads(options)
        said = self._said(asked["rpId"])
        client = self._client("webauthn.get", asked["challenge"])
        signature = self._key.sign(said + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        response = {
            "clientDataJSON": to_text(client),
            "authenticatorData": to_text(said),
            "signature": to_text(signature),
            "userHandle": self.handle,
        }
        return self._answer(response | changes)

    def _said(self, party_id: str, more: int = 0) -> bytes:
        told = 0 if self.count is None else self.count
        self.count = None if self.count is None else self.count + 1
        return hashlib.sha256(party_id.encode()).digest() + bytes([self.flags | more]) + told.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, response: dict[str, Any]) -> str:
        own = to_text(self.credential_id)
        return json.dumps({"id": own, "rawId": own, "type": "public-key", "response": response})
