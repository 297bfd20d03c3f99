"""The pages and forms about who a member is, without a browser."""

import io
import re

import httpx
import pytest
from PIL import Image

from cloud.kit import spreadsheets
from cloud.staff.service import find_signed_in
from tests.integration.club import Club


class Desk:
    """A member of staff at the pages, with the token of their session in every form."""

    def __init__(self, club: Club, role: str) -> None:
        club.hire(role)
        self.browser = club.browser(role)
        with club.database.session() as session:
            signed_in = find_signed_in(session, self.browser.cookies["tornello_session"], request_id="")
        assert signed_in is not None
        self.token = signed_in.csrf_token

    def see(self, address: str) -> str:
        answer = self.browser.get(address)
        assert answer.status_code == 200, answer.text
        return answer.text

    def send(self, address: str, **fields: str) -> httpx.Response:
        return self.browser.post(address, data={"csrf_token": self.token} | fields)

    def upload(self, address: str, content: bytes, **fields: str) -> httpx.Response:
        data = {"csrf_token": self.token} | fields
        return self.browser.post(address, data=data, files={"file": ("upload", content)})


@pytest.fixture
def desk(club: Club) -> Desk:
    return Desk(club, "manager")


def added(club: Club, desk: Desk, **fields: str) -> str:
    """Add somebody with the form; the address of the card."""
    told = {"site_id": club.site_id, "first_name": "Anna", "locale": "it", "state": "client"} | fields
    answer = desk.send("/members", **told)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_a_lead_is_added_with_all_that_is_known_and_becomes_a_client(club: Club, desk: Desk) -> None:
    """Features 144, 149, 150, 179, 181, 210."""
    desk.send("/settings/labels?kind=card_type", name="Gold", discount_percent="10")
    desk.send("/settings/labels?kind=source", name="Leaflet")
    labels = dict(re.findall(r'<option value="(lbl_\w+)">([^<]+)', desk.see("/members/new?state=lead")))
    ids = {name: label_id for label_id, name in labels.items()}
    card = added(
        club,
        desk,
        state="lead",
        last_name="Rossi",
        phone="333 123 4567",
        other_contacts="06 1234567, her mother\nanna@work.example",
        tags="#vip, mattina",
        card_type_id=ids["Gold"],
        source_id=ids["Leaflet"],
        sex="female",
        birth_on="1990-12-31",
    )
    assert "people 1 · bookings by its link 0 · contracts 0" in desk.see("/settings/labels").split("link=leaflet")[1]
    text = desk.see(card)
    for shown in ("Lead", "+39 333 123 4567", "her mother", "#mattina", "Gold", "−10 %", "Leaflet", "Female"):
        assert shown in text, shown
    assert desk.send(f"{card}/state", state="client", reason="signed").status_code == 303
    assert "Lead → Client: signed" in desk.see(f"{card}/state")


def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_kept(club: Club, desk: Desk) -> None:
    """Feature 234."""
    wrong = {
        "phone": {"phone": "12"},
        "email": {"email": "nobody"},
        "first_name": {"first_name": ""},
        "birth_on": {"birth_on": "1990-02-30"},
        "other_contacts": {"other_contacts": "12, who"},
        "tags": {"tags": ",".join(f"tag {number}" for number in range(21))},
        "source_id": {"source_id": "lbl_none"},
    }
    known = {"site_id": club.site_id, "first_name": "Anna", "locale": "it", "state": "client"}
    for field, told in wrong.items():
        answer = desk.send("/members", **(known | told))
        assert answer.status_code == 422, field
        assert f'id="{field}-error"' in answer.text, field
        assert "Anna" in answer.text or field == "first_name"
    assert "0 members" in desk.see("/members")


def test_a_certificate_of_a_year_that_is_none_is_refused_in_words(club: Club, desk: Desk) -> None:
    card = added(club, desk)
    for mistyped in ("0206-03-31", "9999-12-31", "0"):
        assert desk.send(f"{card}/certificate", until=mistyped).status_code == 422
    assert desk.send(f"{card}/certificate", until="2026-03-31").status_code == 303


def test_a_form_with_a_character_that_no_database_takes_is_refused(club: Club, desk: Desk) -> None:
    card = added(club, desk)
    assert desk.send(f"{card}/comments", text="Rang\0 twice").status_code == 400
    assert desk.send(f"{card}/comments", **{"te\0xt": "Rang"}).status_code == 400
    assert desk.upload("/members/import/upload", b"name\nAnna", site_id="\0").status_code == 400


def test_who_somebody_is_can_be_changed_and_stays_found(club: Club, desk: Desk) -> None:
    card = added(club, desk, last_name="Rossi", tags="vip")
    form = desk.see(f"{card}/edit")
    assert 'value="vip"' in form
    answer = desk.send(f"{card}/edit", first_name="Нина", last_name="Ёлкина", locale="ru", phone="+7 912 345 67 89")
    assert answer.status_code == 303, answer.text
    assert "Нина Ёлкина" in desk.see("/members?q=8+(912)+345-67-89")
    assert "#vip" not in desk.see(card)


def test_the_list_is_narrowed_by_chips_and_sorted(club: Club, desk: Desk) -> None:
    """Features 188, 189, 190, 192, 193, 195."""
    added(club, desk, first_name="Lea", state="lead", sex="female", tags="sauna")
    card = added(club, desk, first_name="Carl", sex="male")
    desk.send(f"{card}/black-list", reason="fights")
    tag = re.findall(r"tag_id=(lbl_\w+)", desk.see(added(club, desk, first_name="Bo", tags="SAUNA")))[0]
    for query, names in {
        "state=lead": ["Lea"],
        "black_listed=1": ["Carl"],
        f"tag_id={tag}&order=-name": ["Lea", "Bo"],
        "sex=female&state=client": [],
        "order=nonsense&birthday=nonsense": ["Bo", "Carl", "Lea"],
    }.items():
        text = desk.see(f"/members?{query}")
        assert re.findall(r'link-strong" href="/members/mem_\w+">(\w+)', text) == names, query
    assert "Black list: Yes" in desk.see("/members?black_listed=1")


def test_a_photo_is_uploaded_shown_and_forgotten(club: Club, desk: Desk) -> None:
    """Feature 182."""
    card = added(club, desk)
    target = io.BytesIO()
    Image.effect_noise((1600, 1600), 90).save(target, "PNG")
    assert len(target.getvalue()) > 1024 * 1024
    assert desk.upload(f"{card}/photo/upload", target.getvalue()).status_code == 303
    shown = desk.browser.get(re.findall(r'src="(/members/[^"]+/photo\?v=\w+)"', desk.see(card))[0])
    assert (shown.headers["content-type"], shown.headers["x-content-type-options"]) == ("image/jpeg", "nosniff")
    refused = desk.upload(f"{card}/photo/upload", b"<svg onload=alert(1)>")
    assert refused.status_code == 422
    assert "Use a JPEG" in refused.text
    assert desk.upload(f"{card}/photo/upload", b"", forget="on").status_code == 303
    assert desk.browser.get(f"{card}/photo").status_code == 404


def test_a_card_is_given_at_the_member_card(club: Club, desk: Desk) -> None:
    card, other = added(club, desk), added(club, desk)
    assert desk.send(f"{card}/cards", kind="wiegand26", number="4711", label="blue fob").status_code == 303
    assert "4711" in desk.see(card)
    for number, field in (("4711", "form-error"), ("99999999", "number"), ("", "number")):
        refused = desk.send(f"{other}/cards", kind="wiegand26", number=number)
        assert refused.status_code == 422, number
        assert field == "form-error" or f'id="{field}-error"' in refused.text
    assert desk.send(f"{other}/cards", kind="uid", number="04a1b2c3").status_code == 303


def test_the_list_is_saved_as_it_is_narrowed(club: Club, desk: Desk) -> None:
    """Feature 196."""
    added(club, desk, first_name="=HYPERLINK(1)", state="lead", tags="vip")
    added(club, desk, first_name="Carl")
    saved = desk.browser.get("/members/export?state=lead&form=csv")
    assert saved.headers["content-disposition"].startswith('attachment; filename="members-')
    header, *rows = list(spreadsheets.read(saved.content))
    assert [dict(zip(header, row, strict=True))["first_name"] for row in rows] == ["'=HYPERLINK(1)"]
    whole = list(spreadsheets.read(desk.browser.get("/members/export").content))
    assert [row[1] for row in whole[1:]] == ["=HYPERLINK(1)", "Carl"]


def test_a_file_is_tried_first_and_then_brought_in(club: Club, desk: Desk) -> None:
    content = b"Nome,Handy\nAnna,333 1234567\nBo,1\n"
    told = {"site_id": club.site_id, "mapping": "Handy = phone"}
    tried = desk.upload("/members/import/upload", content, is_trial="on", **told)
    assert "Tried, nothing is kept" in tried.text
    assert "phone: Write a telephone number" in tried.text
    assert "0 members" in desk.see("/members")
    assert "Brought in" in desk.upload("/members/import/upload", content, **told).text
    assert "+39 333 123 4567" in desk.see("/members?q=anna")
    for file, mapping in ((b"\xff\xfe", "Handy = phone"), (content, "Nothing = phone")):
        refused = desk.upload("/members/import/upload", file, site_id=club.site_id, mapping=mapping)
        assert refused.status_code == 422
