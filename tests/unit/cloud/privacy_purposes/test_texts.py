"""Versions of what people agree to: corrected until somebody has decided, then a new one follows."""

import pytest

from cloud.errors import InvalidError
from cloud.privacy_purposes import texts
from tests.club import Club
from tests.privacy import add_purpose, decide


def test_a_text_is_corrected_until_somebody_has_decided_about_it(club: Club) -> None:
    with club.database.transaction() as session:
        purpose_id, member_id = add_purpose(club, session), club.add_member(session)
        first = texts.write(session, club.actor, purpose_id, {"en": "We may write to me.", "it": ""})
        assert (first.number, first.texts) == (1, {"en": "We may write to me."})
        decide(club, session, member_id, purpose_id, is_given=True)
        second = texts.write(session, club.actor, purpose_id, {"en": "We may write and call."})
        assert (second.number, first.texts) == (2, {"en": "We may write to me."})
        assert [text.number for text in texts.list_versions(session, purpose_id)] == [2, 1]


def test_a_text_says_something(club: Club) -> None:
    with club.database.transaction() as session, pytest.raises(InvalidError):
        texts.write(session, club.actor, add_purpose(club, session), {"en": "", "it": ""})
