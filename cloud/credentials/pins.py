"""PINs of credentials: set and taken away, kept as keyed hashes alone."""

import re
from typing import Final

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.credentials import service
from cloud.credentials.models import Credential
from cloud.database import UnitOfWork
from cloud.domain_events import CredentialChanged
from cloud.errors import ConflictError, invalid_field
from cloud.members import service as members
from cloud.sites import service as sites
from sync_protocol.credential_hash import hash_credential, hash_pin

_PIN: Final = re.compile(r"[0-9]{4,8}")


def set_pin(
    session: UnitOfWork, actor: Actor, credential_id: str, pin: str, *, duress_pin: str | None = None
) -> Credential:
    """Give a credential a PIN of 4 to 8 digits, and perhaps another one that opens like it and calls for help.

    It holds at the sites that the member uses now: for another one it has to be set again.

    Raises:
        NotFoundError: there is no such credential.
        InvalidError: a PIN has not 4 to 8 digits, or both are the same.
        ConflictError: the credential is revoked.
    """
    for name, value in (("pin", pin), ("duress_pin", duress_pin)):
        if value is not None and not _PIN.fullmatch(value):
            raise invalid_field(name, "bad_pin", "Use 4 to 8 digits.")
    if duress_pin == pin:
        raise invalid_field("duress_pin", "same_pin", "The PIN for an emergency must be another one.")
    credential = service.get(session, credential_id)
    if credential.status == "revoked":
        raise ConflictError("credential_revoked", "The credential is revoked.")
    site_ids = members.site_ids_of(session, [credential.member_id])[credential.member_id]
    hashes = {}
    for site_id in sorted(site_ids):
        key = sites.get_site(session, site_id).credential_key
        card = hash_credential(key, credential.canonical)
        hashes[site_id] = [hash_pin(key, card, pin), hash_pin(key, card, duress_pin) if duress_pin else ""]
    return _store(session, actor, credential, "credential.set_pin", hashes)


def clear_pin(session: UnitOfWork, actor: Actor, credential_id: str) -> Credential:
    """Ask for no PIN of this credential.

    Raises:
        NotFoundError: there is no such credential.
    """
    return _store(session, actor, service.get(session, credential_id), "credential.clear_pin", {})


def _store(
    session: UnitOfWork, actor: Actor, credential: Credential, action: str, hashes: dict[str, list[str]]
) -> Credential:
    credential.pin_hashes, credential.changed_at = hashes, session.now
    session.flush()
    has_duress_pin = any(duress for _, duress in hashes.values())
    audit.record(
        session,
        actor,
        action,
        entity=("credential", credential.id),
        after={"has_pin": bool(hashes), "has_duress_pin": has_duress_pin},
    )
    session.publish(CredentialChanged(credential.id, credential.member_id))
    return credential
