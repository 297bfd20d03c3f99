"""The way into the settings: the first of their pages that somebody may see."""

from fastapi import APIRouter, Response

from cloud.console.rendering import go_to
from cloud.console.settings_pages import pages_of
from cloud.console.viewer import CurrentViewer

router = APIRouter()


@router.get("/settings")
def show_settings(viewer: CurrentViewer) -> Response:
    """Lead on to the first page of the settings, or to the first page of all where none is open."""
    found = pages_of(viewer)
    return go_to(viewer, found[0].address if found else "/")
