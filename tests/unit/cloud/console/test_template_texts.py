"""Texts that are translated when a template is compiled read as those that are translated when it is shown."""

from gettext import NullTranslations

import pytest
from jinja2 import DictLoader, nodes

from cloud.console.template_texts import SpeakingEnvironment


class _Shouting(NullTranslations):
    """A language that says everything loudly, and counts how often it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def gettext(self, message: str) -> str:
        self.asked += 1
        return message.upper().replace("%(NAME)S", "%(name)s")


def _shown(source: str, texts: NullTranslations | None = None, **values: object) -> str:
    environment = SpeakingEnvironment(texts or _Shouting(), loader=DictLoader({"x": source}), autoescape=True)
    return environment.get_template("x").render(**values)


@pytest.mark.parametrize("source", ["{% trans %}a & b{% endtrans %}", "{{ _('a & b') }}", "{{ gettext('a & b') }}"])
def test_a_text_without_values_is_in_the_language_and_trusted(source: str) -> None:
    assert _shown(source) == "A & B"


def test_a_text_is_translated_once_however_often_it_is_shown() -> None:
    texts = _Shouting()
    source = "{% for _one in range(9) %}{% trans %}a{% endtrans %}{{ _('b') }}{% endfor %}"
    assert _shown(source, texts) == "AB" * 9
    assert texts.asked == 2


def test_a_text_with_values_is_filled_in_and_escaped() -> None:
    assert _shown("{% trans %}hello {{ name }}{% endtrans %}", name="<b>") == "HELLO &lt;b&gt;"
    assert _shown("{{ _('hello %(name)s', name=name) }}", name="<b>") == "HELLO &lt;b&gt;"


def test_a_text_from_a_value_is_translated_when_it_is_known() -> None:
    assert _shown("{{ _(name) }}", name="hello") == "HELLO"


def test_a_percent_sign_stands_for_itself() -> None:
    assert _shown("{% trans %}10 % off{% endtrans %}{{ _('5 %% off') }}") == "10 % OFF5 % OFF"


def test_a_text_is_passed_on_to_a_macro() -> None:
    assert _shown("{% macro say(text) %}<i>{{ text }}</i>{% endmacro %}{{ say(_('a & b')) }}") == "<i>A & B</i>"


def test_what_others_call_keeps_its_call() -> None:
    assert isinstance(SpeakingEnvironment(_Shouting()).parse("{{ say('a') }}").find(nodes.Call), nodes.Call)
    assert _shown("{{ say('a') }}", say=lambda text: text * 2) == "aa"
