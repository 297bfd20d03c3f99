"""The versions of what people agree to: one that somebody has decided about is never changed, a new one follows."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, invalid_field, not_found
from cloud.kit.i18n import Language
from cloud.kit.ids import new_id
from cloud.privacy_purposes.models import Consent, PrivacyPurpose, PrivacyText
from cloud.privacy_purposes.policy import VERSIONS_MAX


def write(
    session: UnitOfWork, actor: Actor, purpose_id: str, texts: Mapping[Language, str], *, asks_anew: bool = False
) -> PrivacyText:
    """Let this be the purpose's text: as the newest version, or in its place while nobody has decided about it.

    Args:
        texts: by language; one of them at least.
        asks_anew: whether who agreed to an earlier version has to be asked again.

    Raises:
        NotFoundError: there is no such purpose.
        InvalidError: there is no text in any language.
        ConflictError: there are 100 versions.
    """
    _lock(session, purpose_id)
    told: dict[str, str] = {language: text for language, text in texts.items() if text}
    if not told:
        raise invalid_field("texts", "text_missing", "Write it in one language at least.")
    versions = list_versions(session, purpose_id)
    newest = versions[0] if versions else None
    values: dict[str, Any] = {"texts": told, "asks_anew": asks_anew}
    if newest is None or _is_decided_about(session, newest):
        if len(versions) >= VERSIONS_MAX:
            raise ConflictError("too_many", f"There are {VERSIONS_MAX} versions already.")
        number = newest.number + 1 if newest else 1
        newest = PrivacyText(id=new_id("prt"), purpose_id=purpose_id, number=number)
        session.add(newest)
    newest.texts, newest.asks_anew = told, asks_anew
    newest.written_by, newest.written_at = actor.id, session.now
    session.flush()
    after = values | {"purpose_id": purpose_id, "number": newest.number}
    audit.record(session, actor, "privacy_text.write", entity=("privacy_text", newest.id), after=after)
    return newest


def take_newest(session: UnitOfWork, purpose_id: str) -> PrivacyText | None:
    """The version that people decide about now, which nobody changes until this transaction ends; None: no text yet.

    Raises:
        NotFoundError: there is no such purpose.
    """
    _lock(session, purpose_id)
    return next(iter(list_versions(session, purpose_id)), None)


def list_versions(session: UnitOfWork, purpose_id: str) -> Sequence[PrivacyText]:
    """The versions of a purpose's text (at most 100), the newest first."""
    query = select(PrivacyText).where(PrivacyText.purpose_id == purpose_id).order_by(PrivacyText.number.desc())
    return session.scalars(query).all()


def newest_of(session: UnitOfWork, purpose_ids: Collection[str]) -> dict[str, PrivacyText]:
    """The newest version of each of these purposes that has a text."""
    query = select(PrivacyText).where(PrivacyText.purpose_id.in_(sorted(set(purpose_ids))))
    return {text.purpose_id: text for text in session.scalars(query.order_by(PrivacyText.number))}


def list_by_ids(session: UnitOfWork, text_ids: Collection[str]) -> dict[str, PrivacyText]:
    """The versions with these ids; unknown ones are left out."""
    query = select(PrivacyText).where(PrivacyText.id.in_(sorted(set(text_ids))))
    return {text.id: text for text in session.scalars(query)} if text_ids else {}


def _is_decided_about(session: UnitOfWork, text: PrivacyText) -> bool:
    return session.scalar(select(Consent.id).where(Consent.text_id == text.id).limit(1)) is not None


def _lock(session: UnitOfWork, purpose_id: str) -> None:
    if session.get(PrivacyPurpose, purpose_id, with_for_update=True) is None:
        raise not_found("privacy_purpose", purpose_id)
