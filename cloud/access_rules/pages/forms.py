"""What the forms on a site's access rules share: they are saved, lead back to the rules, and ask before they delete."""

from typing import Final

from fastapi import Response

from cloud.console.forms import Sheet
from cloud.console.languages import mark
from cloud.console.rendering import go_to
from cloud.console.viewer import Viewer

_BACK: Final = mark("Back to the rules")


def address_of(site_id: str) -> str:
    """The page of a site's access rules."""
    return f"/access/rules/{site_id}"


def sheet(
    viewer: Viewer, site_id: str, title: str, action: str, *, body: str, history: tuple[str, str] | None = None
) -> Sheet:
    """A form that is saved; `body` is the template of its fields, `history` what it changes."""
    say = viewer.words.text
    return Sheet(
        title=title,
        action=action,
        button=say(mark("Save")),
        back=address_of(site_id),
        back_text=say(_BACK),
        body=f"access_rules/{body}.html",
        history=history,
    )


def question(viewer: Viewer, site_id: str, title: str, text: str, action: str, *, button: str = "") -> Sheet:
    """What is asked before something is done that cannot be undone; without a button's text it deletes."""
    say = viewer.words.text
    return Sheet(
        title=title,
        text=text,
        action=action,
        button=button or say(mark("Delete")),
        back=address_of(site_id),
        back_text=say(_BACK),
        tone="danger",
    )


def done(viewer: Viewer, site_id: str, notice: str) -> Response:
    """Back to the page of the site."""
    return go_to(viewer, address_of(site_id), notice=notice)
