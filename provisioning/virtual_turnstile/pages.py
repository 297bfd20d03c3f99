"""The one page: server-rendered frame in the person's language; its script fills in what is live."""

import json
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from provisioning.virtual_turnstile.api import BoardParameter
from provisioning.virtual_turnstile.cards import group_by_note
from provisioning.virtual_turnstile.languages import LANGUAGES, choose_language, load_catalogue
from provisioning.virtual_turnstile.words import note_words, page_words

_HERE = Path(__file__).parent
_templates = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

router = APIRouter(include_in_schema=False)


@router.get("/", response_class=HTMLResponse)
async def show_page(request: Request, board: BoardParameter, lang: str | None = None) -> HTMLResponse:
    """The page with all lanes and all members' cards."""
    catalogue = load_catalogue(choose_language(lang, request.headers.get("accept-language")))
    notes = note_words(catalogue.gettext)
    groups = group_by_note(board.book.cards())
    page = _templates.get_template("turnstile.html").render(
        _=catalogue.gettext,
        language=catalogue.language,
        languages=LANGUAGES,
        lanes=[lane.view() for lane in board.lanes.values()],
        groups=[(notes.get(note, note), cards) for note, cards in groups.items()],
        words=json.dumps(page_words(catalogue.gettext), ensure_ascii=False),
    )
    return HTMLResponse(page, headers={"Vary": "Accept-Language", "Cache-Control": "no-store"})


def install_pages(app: FastAPI) -> None:
    """The page and its static files."""
    app.include_router(router)
    app.mount("/static", StaticFiles(directory=_HERE / "static"), name="static")
