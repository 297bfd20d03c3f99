"""Templates whose texts are translated once, when a template is compiled, instead of each time that it is shown.

An environment speaks one language, so what needs no values filled in is a constant: half of a page's texts, or more.
"""

from gettext import NullTranslations
from typing import Any

from jinja2 import Environment, nodes
from jinja2.visitor import NodeTransformer


class SpeakingEnvironment(Environment):
    """An environment in which `{% trans %}` and `_("...")` speak the language of a catalogue."""

    def __init__(self, texts: NullTranslations, **options: Any) -> None:
        super().__init__(extensions=["jinja2.ext.i18n"], **options)
        self._texts = texts
        self.policies["ext.i18n.trimmed"] = True
        self.install_gettext_callables(texts.gettext, texts.ngettext, newstyle=True)  # type: ignore[attr-defined]

    def _generate(self, source: nodes.Template, *arguments: Any, **options: Any) -> str:
        return super()._generate(_Translator(self._texts).visit(source), *arguments, **options)


class _Translator(NodeTransformer):
    def __init__(self, texts: NullTranslations) -> None:
        self._texts = texts

    def visit_Call(self, node: nodes.Call) -> nodes.Expr:  # noqa: N802 - the name that the visitor looks for
        self.generic_visit(node)
        match node:
            case nodes.Call(
                node=nodes.Name(name="_" | "gettext"),
                args=[nodes.Const(value=str(text))],
                kwargs=[],
                dyn_args=None,
                dyn_kwargs=None,
            ):
                return nodes.TemplateData(self._texts.gettext(text) % {}, lineno=node.lineno)
        return node
