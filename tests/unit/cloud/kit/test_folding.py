import pytest

from cloud.kit.folding import digits_of, fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Niccolò D’Àngelo", "niccolo dangelo"),
        ("  Ёлкина   Алёна ", "елкина алена"),
        ("Йошкин", "иошкин"),
        ("Łukasz Ørsted", "lukasz orsted"),
        ("GROẞE Straße", "grosse strasse"),
        ("İstanbul", "istanbul"),
        ("ﬁtness", "fitness"),
        ("объект", "обьект"),
        ("", ""),
    ],
)
def test_case_and_accents_do_not_matter(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(folded) == folded


def test_digits_remain_of_a_number_in_any_writing() -> None:
    assert digits_of("+39 (333) 12-34.567") == "393331234567"
    assert digits_of("٣٣٣ ４５") == "33345"
    assert digits_of("²½Ⅷ") == ""
