"""Decisions are noted with the text that was read, who noted them, and their proof; none is overwritten.

Features 67, 161.
"""

import io
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from cloud.consents import proofs, service
from cloud.errors import InvalidError
from cloud.privacy_purposes import service as purposes
from cloud.privacy_purposes.policy import standard_id
from cloud.privacy_purposes.service import PurposeDetails
from cloud.time_line import service as time_line
from tests.club import Club
from tests.privacy import add_purpose, decide

PDF = b"%PDF-1.7\n..."


def picture() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (40, 60), "white").save(target, "PNG")
    return target.getvalue()


def test_a_decision_keeps_the_text_the_day_and_who_noted_it(club: Club) -> None:
    with club.database.transaction() as session:
        purpose_id, member_id = add_purpose(club, session), club.add_member(session)
        given = service.get(session, decide(club, session, member_id, purpose_id, is_given=True))
        assert (given.decision, given.noted_by, given.typed_name) == ("given", club.actor.id, "Anna Rossi")
        assert given.text_id is not None
        decide(club, session, member_id, purpose_id, is_given=False, how="spoken", typed_name="")
    with club.database.session() as session:
        told = service.find_page(session, member_id, after=None, limit=9).items
        assert {consent.decision for consent in told} == {"given", "withdrawn"}
        past = time_line.find_page(session, member_id, may=lambda _: True, kinds=["privacy"], after=None, limit=9)
        assert [line.what for line in past.items] == ["withdrawn", "given"]


@pytest.mark.parametrize(
    ("details", "code"),
    [
        ({"typed_name": ""}, "name_missing"),
        ({"how": "paper"}, "proof_missing"),
        ({"how": "spoken"}, "only_spoken"),
        ({"proof": b"GIF89a"}, "bad_proof"),
        ({"proof": PDF + bytes(proofs.PDF_BYTES_MAX)}, "bad_proof"),
    ],
)
def test_an_agreement_needs_its_proof(club: Club, details: dict[str, Any], code: str) -> None:
    with club.database.transaction() as session:
        purpose_id, member_id = add_purpose(club, session), club.add_member(session)
        with pytest.raises(InvalidError) as caught:
            decide(club, session, member_id, purpose_id, is_given=True, **details)
        assert caught.value.code == code


def test_nobody_agrees_to_a_purpose_without_a_text_nor_to_a_contract(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        bare = purposes.create(session, club.actor, PurposeDetails(names={"en": "Bare"}, basis="consent"))
        for purpose_id in (bare.id, standard_id("contract")):
            with pytest.raises(InvalidError):
                decide(club, session, member_id, purpose_id, is_given=True)
        tomorrow = session.now.date() + timedelta(days=2)
        with pytest.raises(InvalidError):
            decide(club, session, member_id, bare.id, is_given=False, decided_on=tomorrow)
        decide(club, session, member_id, bare.id, is_given=False)


def test_a_picture_is_written_anew_and_a_pdf_kept(club: Club) -> None:
    with club.database.transaction() as session:
        purpose_id, member_id = add_purpose(club, session), club.add_member(session)
        scanned = decide(club, session, member_id, purpose_id, is_given=True, how="paper", proof=picture())
        printed = decide(club, session, member_id, purpose_id, is_given=True, how="paper", proof=PDF)
        assert proofs.get(session, scanned).media_type == proofs.JPEG
        assert proofs.get(session, scanned).content.startswith(b"\xff\xd8")
        assert (proofs.get(session, printed).media_type, proofs.get(session, printed).content) == (proofs.PDF, PDF)
        assert proofs.list_proven(session, [scanned, printed, "cns_x"]) == {scanned, printed}
