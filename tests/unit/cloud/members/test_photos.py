import io

import pytest
from PIL import Image

from cloud.errors import InvalidError, NotFoundError
from cloud.members import photos
from tests.club import Club


def picture(kind: str = "PNG", size: tuple[int, int] = (1200, 800), **options: object) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, "orange").save(target, kind, **options)
    return target.getvalue()


def test_a_photo_is_made_small_and_written_anew_without_what_cameras_add(club: Club) -> None:
    """Feature 182."""
    exif = Image.Exif()
    exif[0x010E] = "at home, Via Roma 1"
    content = picture("JPEG", exif=exif)
    assert b"Via Roma" in content
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        kept = photos.set_photo(session, club.actor, member_id, content + b"<script>alert(1)</script>").content
    with Image.open(io.BytesIO(kept)) as made:
        assert (made.format, made.size) == ("JPEG", (480, 320))
    assert b"Via Roma" not in kept
    assert b"<script" not in kept


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg/>", picture()[:200], picture("BMP")])
def test_what_is_no_picture_is_refused(club: Club, content: bytes) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        with pytest.raises(InvalidError):
            photos.set_photo(session, club.actor, member_id, content)


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos, "PIXELS_MAX", 1000)
    with pytest.raises(photos.PhotoUnusableError):
        photos.shrink(picture(size=(100, 11)))


def test_a_photo_is_forgotten(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        photos.set_photo(session, club.actor, member_id, picture("WEBP", (10, 10)))
        photos.remove_photo(session, club.actor, member_id)
        with pytest.raises(NotFoundError):
            photos.get_photo(session, member_id)
        assert photos.digests_of(session, [member_id]) == {}
