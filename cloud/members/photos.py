"""A member's photo: whatever is uploaded is decoded, made small and written anew, so that nothing else comes along."""

import hashlib
import io
import warnings
from collections.abc import Collection
from typing import Final

from sqlalchemy import select

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.errors import invalid_field, not_found
from cloud.members import service
from cloud.members.models import MemberPhoto

FORMATS: Final = ("JPEG", "PNG", "WEBP")
SIDE_PX: Final = 480
PIXELS_MAX: Final = 50_000_000
"""Of what is uploaded: what a telephone takes; more is refused before it is decoded."""
_QUALITY: Final = 85


class PhotoUnusableError(Exception):
    """It is no picture in one of the formats, or it has too many pixels."""


def shrink(content: bytes, *, side_px: int = SIDE_PX) -> bytes:
    """A picture as JPEG of at most so many pixels a side, upright, without what cameras write beside it (place, time).

    Raises:
        PhotoUnusableError: see there.
    """
    from PIL import Image, ImageOps  # megabytes that a service without uploads never needs

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about odd metadata, which is dropped anyway
            with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
                if picture.width * picture.height > PIXELS_MAX:
                    raise PhotoUnusableError("too many pixels")
                picture.draft("RGB", (side_px * 2, side_px * 2))
                upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise PhotoUnusableError("no picture") from error
    upright.thumbnail((side_px, side_px))
    fresh = Image.frombytes("RGB", upright.size, upright.tobytes())
    target = io.BytesIO()
    fresh.save(target, "JPEG", quality=_QUALITY, optimize=True)
    return target.getvalue()


def set_photo(session: UnitOfWork, actor: Actor, member_id: str, content: bytes) -> MemberPhoto:
    """Let the member have this photo instead of any other.

    Raises:
        NotFoundError: there is no such member.
        InvalidError: it is no JPEG, PNG or WebP picture, or has more than 50 million pixels.
        ConflictError: they were erased.
    """
    member = service.take(session, member_id)
    try:
        small = shrink(content)
    except PhotoUnusableError as error:
        raise invalid_field("photo", "bad_photo", "Use a JPEG, PNG or WebP picture.") from error
    photo = session.get(MemberPhoto, member_id) or MemberPhoto(member_id=member_id)
    photo.content = small
    photo.digest = hashlib.sha256(small).hexdigest()[:16]
    photo.changed_at = member.changed_at = session.now
    session.add(photo)
    session.flush()
    audit.record(session, actor, "member.photo", entity=("member", member_id), after={"digest": photo.digest})
    return photo


def remove_photo(session: UnitOfWork, actor: Actor, member_id: str) -> None:
    """Forget the member's photo.

    Raises:
        NotFoundError: the member has none.
    """
    photo = get_photo(session, member_id)
    session.delete(photo)
    session.flush()
    audit.record(session, actor, "member.photo_end", entity=("member", member_id), before={"digest": photo.digest})


def get_photo(session: UnitOfWork, member_id: str) -> MemberPhoto:
    """The member's photo.

    Raises:
        NotFoundError: the member has none.
    """
    photo = session.get(MemberPhoto, member_id)
    if photo is None:
        raise not_found("member_photo", member_id)
    return photo


def digests_of(session: UnitOfWork, member_ids: Collection[str]) -> dict[str, str]:
    """Which of these members have a photo, and what names its content."""
    rows = session.execute(
        select(MemberPhoto.member_id, MemberPhoto.digest).where(MemberPhoto.member_id.in_(member_ids))
    )
    return {row.member_id: row.digest for row in rows}
