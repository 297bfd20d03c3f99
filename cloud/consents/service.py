"""Note what a person decided about a purpose, and read what they ever decided."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.consents import proofs
from cloud.consents.proofs import Proof
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, invalid_field, not_found
from cloud.kit.clock import local_day
from cloud.kit.ids import new_id
from cloud.kit.paging import Page
from cloud.listing import page_by_id
from cloud.members import service as members
from cloud.members.models import Member
from cloud.privacy_purposes import approach, texts
from cloud.privacy_purposes import service as purposes
from cloud.privacy_purposes.models import Consent, PrivacyPurpose, PrivacyText
from cloud.privacy_purposes.policy import ASKED, Decision, How
from cloud.sites import service as sites

CONSENTS_MAX: Final = 500
"""Decisions of one person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentDetails:
    """What somebody decided, on which day of their club (None: today), and how.

    Attributes:
        typed_name: what they typed themselves at the desk.
        proof: the file that proves it, as it was uploaded.
    """

    purpose_id: str
    is_given: bool
    how: How
    typed_name: str = ""
    decided_on: date | None = None
    proof: bytes = b""


def note(session: UnitOfWork, actor: Actor, member_id: str, details: ConsentDetails) -> Consent:
    """Note a decision about the newest text of a purpose; a refusal after an agreement withdraws that.

    Raises:
        NotFoundError: there is no such member or purpose.
        InvalidError: the purpose asks nobody, is obsolete, or has no text yet; what proves an agreement is missing
            (the file of a signed paper, the name typed at the desk, anything but words); the day is still to come.
        ConflictError: the person has 500 decisions; or they were erased.
    """
    member = members.take(session, member_id)
    purpose = purposes.get(session, details.purpose_id)
    text = texts.take_newest(session, purpose.id)
    _check(purpose, text, details)
    decided_on = _day(session, member, details.decided_on)
    proof = proofs.read_proof(details.proof) if details.proof else None
    if _count(session, member_id) >= CONSENTS_MAX:
        raise ConflictError("too_many_consents", f"There are {CONSENTS_MAX} decisions already.")
    consent = Consent(
        id=new_id("cns"),
        member_id=member_id,
        purpose_id=purpose.id,
        text_id=text.id if text else None,
        decision=_decision(session, member_id, details),
        how=details.how,
        typed_name=details.typed_name,
        decided_on=decided_on,
        noted_by=actor.id,
        noted_at=session.now,
    )
    session.add(consent)
    session.flush()
    if proof is not None:
        proofs.keep(session, consent.id, proof)
    _write_log(session, actor, consent, proof)
    return consent


def get(session: UnitOfWork, consent_id: str) -> Consent:
    """One decision.

    Raises:
        NotFoundError: there is none with this id.
    """
    consent = session.get(Consent, consent_id)
    if consent is None:
        raise not_found("consent", consent_id)
    return consent


def find_page(session: UnitOfWork, member_id: str, *, after: str | None, limit: int) -> Page[Consent]:
    """What somebody ever decided, what was noted last first.

    Raises:
        InvalidError: `after` is no cursor of this list.
    """
    query = select(Consent).where(Consent.member_id == member_id)
    return page_by_id(session, query, Consent.id, after=after, limit=limit)


def _check(purpose: PrivacyPurpose, text: PrivacyText | None, details: ConsentDetails) -> None:
    if purpose.basis not in ASKED:
        raise invalid_field("purpose_id", "nobody_is_asked", "Nobody is asked about a purpose on this legal basis.")
    if not details.is_given:
        return
    if purpose.is_obsolete:
        raise invalid_field("purpose_id", "unknown_purpose", "The purpose is obsolete.")
    if text is None:
        raise invalid_field("purpose_id", "no_text_yet", "The purpose has no text yet that somebody could agree to.")
    if details.how == "spoken":
        raise invalid_field("how", "only_spoken", "What is only said cannot be proven: take a name or a signature.")
    if details.how == "paper" and not details.proof:
        raise invalid_field("proof", "proof_missing", "Add the scan or photo of the signed paper.")
    if details.how == "desk" and not details.typed_name:
        raise invalid_field("typed_name", "name_missing", "Let the person type their name.")


def _day(session: UnitOfWork, member: Member, wanted: date | None) -> date:
    today = local_day(session.now, ZoneInfo(sites.get_site(session, member.site_id).time_zone))
    if wanted is not None and wanted > today:
        raise invalid_field("decided_on", "day_to_come", "Nobody decides in the future.")
    return wanted or today


def _decision(session: UnitOfWork, member_id: str, details: ConsentDetails) -> Decision:
    if details.is_given:
        return "given"
    known = approach.counting_decision(session, member_id, details.purpose_id)
    return "withdrawn" if known in {"given", "withdrawn"} else "refused"


def _count(session: UnitOfWork, member_id: str) -> int:
    return session.scalar(select(func.count()).select_from(Consent).where(Consent.member_id == member_id)) or 0


def _write_log(session: UnitOfWork, actor: Actor, consent: Consent, proof: Proof | None) -> None:
    names = ("member_id", "purpose_id", "text_id", "decision", "how", "decided_on")
    after = audit.plain({name: getattr(consent, name) for name in names})
    after |= {"proof": proof.digest if proof else None}
    audit.record(session, actor, f"consent.{consent.decision}", entity=("consent", consent.id), after=after)
