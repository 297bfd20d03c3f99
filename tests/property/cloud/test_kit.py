"""What the tools of the service promise for any input."""

from hypothesis import given
from hypothesis import strategies as st

from cloud.kit.folding import digits_of, fold
from cloud.kit.paging import CursorError, encode_cursor, parse_cursor
from cloud.kit.sealed_secrets import open_secret, seal_secret
from cloud.members.policy import search_needles, search_text

PRINTABLE = st.text().filter(str.isprintable)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet="абвгдеёжзийклмнопрстуфхцчшщъыьэюяàèéìòùüñç aBcXyZ"))
def test_folding_forgets_case(text: str) -> None:
    assert fold(text.upper()) == fold(text.lower()) == fold(text.title())


@given(st.text())
def test_digits_are_ascii(text: str) -> None:
    assert digits_of(text) == "" or (digits_of(text).isascii() and digits_of(text).isdecimal())


@given(PRINTABLE, st.integers(-(2**63), 2**63 - 1))
def test_a_cursor_comes_back(text: str, number: int) -> None:
    assert parse_cursor(encode_cursor((text, number)), str, int) == (text, number)


@given(st.text(max_size=200) | st.binary(max_size=100).map(lambda data: data.decode("latin-1")))
def test_any_text_is_a_cursor_or_refused(text: str) -> None:
    try:
        key = parse_cursor(text, str, str)
    except CursorError:
        return
    assert all(isinstance(part, str) and part.isprintable() for part in key)


@given(st.binary(max_size=100), PRINTABLE)
def test_a_sealed_secret_opens(secret: bytes, context: str) -> None:
    key = bytes(range(32))
    assert open_secret(key, seal_secret(key, secret, context), context) == secret


@given(st.lists(st.text(alphabet="анёйAnéòz'", min_size=1), min_size=1, max_size=4), st.data())
def test_every_part_of_every_name_is_found(names: list[str], data: st.DataObject) -> None:
    text = search_text(" ".join(names), None, None, [])
    name = data.draw(st.sampled_from(names))
    start = data.draw(st.integers(0, len(name) - 1))
    end = data.draw(st.integers(start + 1, len(name)))
    assert all(needle in text for needle in search_needles(name[start:end]))
