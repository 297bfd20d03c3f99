"""Pages and fragments from templates: escaped, in the viewer's language, under a strict content policy.

`cloud/<noun>/templates/x.html` is named `<noun>/x.html`.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from fastapi import Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined

from cloud.console import navigation
from cloud.console.assets import load_assets
from cloud.console.languages import LANGUAGES, catalogue
from cloud.console.notices import NOTICE_COOKIE, leave_notice
from cloud.console.settings_pages import pages_of
from cloud.console.template_texts import SpeakingEnvironment
from cloud.console.viewer import Visitor
from cloud.console.words import filters_of, words_of

_ADDRESS_SAFE: Final = ":/%#?=@[]!$&'()*+,;"
_CLOUD: Final = Path(__file__).parents[1]
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Vary": "HX-Request",
}


@lru_cache(maxsize=len(LANGUAGES))
def environment_of(language: str) -> Environment:
    """The templates with the texts of one language."""
    folders = sorted(_CLOUD.glob("*/templates"))
    environment = SpeakingEnvironment(
        catalogue(language),
        loader=PrefixLoader({folder.parent.name: FileSystemLoader(folder) for folder in folders}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= filters_of(words_of(language))
    environment.globals |= {"assets": load_assets(), "languages": LANGUAGES, "language": language}
    environment.globals |= {"navigation": navigation.pages_of, "first_page": navigation.first_page_of}
    environment.globals["settings_pages"] = pages_of
    return environment


def render_text(visitor: Visitor, template: str, **context: Any) -> str:
    """A template as text, e.g. one row for the live stream."""
    return environment_of(visitor.language).get_template(template).render(viewer=visitor, now=visitor.now, **context)


def render(visitor: Visitor, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """A page or fragment as response; a notice that a whole page has shown is forgotten."""
    response = HTMLResponse(render_text(visitor, template, **context), status, _HEADERS)
    if visitor.notice and not visitor.is_fragment:
        response.delete_cookie(NOTICE_COOKIE)
    return response


def go_to(visitor: Visitor, address: str, *, notice: str | None = None) -> Response:
    """Send the browser to a page after a form was accepted, with or without scripts."""
    response: Response
    if visitor.is_fragment:
        response = Response(status_code=204, headers={"HX-Redirect": quote(address, safe=_ADDRESS_SAFE)})
    else:
        response = RedirectResponse(address, status_code=303)
    if notice:
        leave_notice(response, notice)
    return response
