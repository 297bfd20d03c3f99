"""The lists that people are sorted by, on one page of the settings, and the form of an entry."""

from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from cloud.api import ReadSession, Transaction
from cloud.bookings.source_results import results_by_source
from cloud.console.forms import Errors, Sheet, attempt, show
from cloud.console.languages import mark
from cloud.console.rendering import go_to, render
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.labels import service
from cloud.labels.models import Label
from cloud.labels.schemas import LabelIn
from cloud.labels.service import LabelDetails, LabelKind

ADDRESS: Final = "/settings/labels"
TITLES: Final[Mapping[LabelKind, str]] = {
    "tag": mark("Tags"),
    "card_type": mark("Card types"),
    "source": mark("Advertising sources"),
    "reason": mark("Reasons for contact"),
}
_NEW: Final[Mapping[LabelKind, str]] = {
    "tag": mark("New tag"),
    "card_type": mark("New card type"),
    "source": mark("New advertising source"),
    "reason": mark("New reason for contact"),
}

router = APIRouter()


@router.get(ADDRESS)
def show_labels(session: ReadSession, viewer: Viewer = viewing("labels.write")) -> Response:
    """All lists."""
    lists = [(kind, TITLES[kind], _NEW[kind], service.list_of_kind(session, kind)) for kind in service.KINDS]
    return render(viewer, "labels/list.html", lists=lists, results=results_by_source(session))


@router.get(ADDRESS + "/new")
def show_new_label(kind: Annotated[LabelKind, Query()], viewer: Viewer = viewing("labels.write")) -> Response:
    """An empty form."""
    return _form(viewer, kind, None, {"discount_percent": "0"})


@router.post(ADDRESS)
def create_label(
    kind: Annotated[LabelKind, Query()], session: Transaction, form: Submission = submitting("labels.write")
) -> Response:
    """Add the label."""
    with attempt(session, form.viewer.words) as errors:
        details = LabelDetails(**_read(kind, form.fields).model_dump())
        service.create(session, form.viewer.signed_in.actor, details)
    if errors:
        return _form(form.viewer, kind, None, form.fields, errors)
    return go_to(form.viewer, ADDRESS, notice="task_saved")


@router.get(ADDRESS + "/{label_id}")
def show_label(label_id: str, session: ReadSession, viewer: Viewer = viewing("labels.write")) -> Response:
    """The form of a label, as it is."""
    label = service.get(session, label_id)
    fields = {"name": label.name, "discount_percent": str(label.discount_percent)}
    fields |= {"is_obsolete": "on"} if label.is_obsolete else {}
    return _form(viewer, _kind_of(label), label, fields)


@router.post(ADDRESS + "/{label_id}")
def change_label(label_id: str, session: Transaction, form: Submission = submitting("labels.write")) -> Response:
    """Save the label; whoever has it goes on having it."""
    label = service.get(session, label_id)
    kind = _kind_of(label)
    with attempt(session, form.viewer.words) as errors:
        changes = _read(kind, form.fields).model_dump(exclude={"kind"})
        service.change(session, form.viewer.signed_in.actor, label_id, changes)
    if errors:
        return _form(form.viewer, kind, label, form.fields, errors)
    return go_to(form.viewer, ADDRESS, notice="task_saved")


def _kind_of(label: Label) -> LabelKind:
    return next(kind for kind in service.KINDS if kind == label.kind)


def _read(kind: LabelKind, fields: Mapping[str, str]) -> LabelIn:
    return LabelIn.model_validate(
        {
            "kind": kind,
            "name": fields.get("name", ""),
            "discount_percent": fields.get("discount_percent") or "0",
            "is_obsolete": "is_obsolete" in fields,
        }
    )


def _form(
    viewer: Viewer, kind: LabelKind, label: Label | None, fields: Mapping[str, str], errors: Errors | None = None
) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=label.name if label else say(_NEW[kind]),
        action=f"{ADDRESS}/{label.id}" if label else f"{ADDRESS}?kind={kind}",
        button=say(mark("Save")),
        back=ADDRESS,
        back_text=say(mark("Back to the lists")),
        body="labels/label_fields.html",
        history=("label", label.id) if label else None,
    )
    return show(viewer, sheet, fields, errors, has_discount=kind == "card_type")
