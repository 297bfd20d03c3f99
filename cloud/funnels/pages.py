"""Two boards of stages: Attraction, whose people are moved by hand, and Return. The address bar holds the filters."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict

from cloud.api import ReadSession, Transaction
from cloud.console import table_files
from cloud.console.asking import chosen_site
from cloud.console.forms import Errors, Sheet, attempt, show
from cloud.console.languages import mark
from cloud.console.rendering import go_to, render
from cloud.console.table_files import TableFile
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.database import UnitOfWork
from cloud.funnels import moving, people
from cloud.funnels.people import Scope, Somebody
from cloud.kit.clock import local_day
from cloud.kit.spreadsheets import Cell, Format
from cloud.members import service as members
from cloud.sites import service as sites
from cloud.tasks import enquiry_statuses

STAGE_NAMES: Final = {
    "did_not_renew": mark("Did not renew"),
    "absent_7": mark("Absent for 7 days"),
    "absent_14": mark("Absent for 14 days"),
    "absent_30": mark("Absent for 30 days"),
}
HEADER: Final = (
    *("stage", "member_id", "member", "phone", "email", "added_on", "plan", "ends_on", "lessons_left", "tasks"),
)
_ATTRACTION: Final = "/funnels?funnel=attraction"

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Stage:
    """One column."""

    key: str
    name: str
    people: Sequence[Somebody]


class FunnelQuery(BaseModel):
    """Which funnel, of which site (empty: the first), with how many lessons left (empty: any)."""

    model_config = ConfigDict(extra="ignore")

    funnel: str = "return"
    site: str = ""
    lessons: str = ""

    @property
    def is_attraction(self) -> bool:
        """Whether it is the board of leads; else it is Return."""
        return self.funnel == "attraction"

    @property
    def lessons_left(self) -> int | None:
        """The number, if it is one."""
        is_number = self.lessons.isascii() and self.lessons.isdigit() and len(self.lessons) <= 6
        return int(self.lessons) if is_number else None


class ExportQuery(FunnelQuery):
    """The same words as in the address of the board, and the kind of file."""

    form: Format = "xlsx"


Wanted = Annotated[FunnelQuery, Query()]


@router.get("/funnels")
def show_funnel(session: ReadSession, wanted: Wanted, viewer: Viewer = viewing("tasks.read")) -> Response:
    """One of the two boards; as fragment its columns alone."""
    every_site = sites.list_sites(session)
    site_id = chosen_site(session, wanted.site[:24]).id
    return render(
        viewer,
        "funnels/columns.html" if viewer.is_fragment else "funnels/funnel.html",
        stages=_stages(session, viewer, wanted, site_id),
        is_attraction=wanted.is_attraction,
        site_id=site_id,
        sites=every_site,
        lessons="" if wanted.lessons_left is None else wanted.lessons,
        query={name: value for name, value in wanted.model_dump().items() if value},
    )


@router.get("/funnels/export")
def export_funnel(
    session: Transaction, wanted: Annotated[ExportQuery, Query()], viewer: Viewer = viewing("tasks.read")
) -> StreamingResponse:
    """Everybody on the board, stage by stage, in the order of the columns."""
    site_id = chosen_site(session, wanted.site[:24]).id
    scope = _scope(session, site_id)
    file = TableFile(
        name=f"funnel-{'attraction' if wanted.is_attraction else 'return'}",
        noun="funnel",
        form=wanted.form,
        day=scope.today,
        header=HEADER,
        narrowed=wanted.model_dump(exclude={"form"}) | {"site": site_id},
    )
    return table_files.send(session, viewer, file, _rows(_stages(session, viewer, wanted, site_id)))


@router.get("/funnels/people/{member_id}/shown")
def show_person(
    member_id: str, session: ReadSession, wanted: Wanted, viewer: Viewer = viewing("tasks.read")
) -> Response:
    """One lead as they stand now; nothing (204) when they are not on the board with these filters."""
    scope = _scope(session, members.get(session, member_id).site_id, wanted.lessons_left)
    found = people.find_attraction(session, scope, member_id)
    for key, (each, *_) in found.items():
        return render(viewer, "funnels/one_person.html", each=each, key=key or moving.NO_STATUS)
    return Response(status_code=204)


@router.get("/funnels/people/{member_id}/move")
def ask_where(member_id: str, session: ReadSession, viewer: Viewer = viewing("tasks.write")) -> Response:
    """The stages to which they can go."""
    scope = _scope(session, members.get(session, member_id).site_id)
    here = next(iter(people.find_attraction(session, scope, member_id)), "")
    return _form(session, viewer, member_id, {"column": here or moving.NO_STATUS})


@router.post("/funnels/people/{member_id}/move")
def move_person(member_id: str, session: Transaction, form: Submission = submitting("tasks.write")) -> Response:
    """Set the enquiry status; what a drag posts, and its twin for keyboards."""
    scope = _scope(session, members.get(session, member_id).site_id)
    with attempt(session, form.viewer.words, {"enquiry_status_id": "column"}) as errors:
        stage = form.fields.get("column", "")[:24]
        moving.move(session, form.viewer.signed_in.actor, scope, member_id, stage)
    if errors:
        return _form(session, form.viewer, member_id, form.fields, errors)
    return HTMLResponse("") if form.viewer.is_fragment else go_to(form.viewer, _ATTRACTION, notice="task_saved")


def _stages(session: UnitOfWork, viewer: Viewer, wanted: FunnelQuery, site_id: str) -> list[Stage]:
    scope = _scope(session, site_id, wanted.lessons_left)
    return _attraction(session, scope, viewer) if wanted.is_attraction else _return(session, scope, viewer)


def _rows(stages: Sequence[Stage]) -> Iterator[Sequence[Cell]]:
    for stage in stages:
        for each in stage.people:
            person, contract = each.member, each.contract
            yield (
                *(stage.name, person.id, person.name, person.phone, person.email, person.created_at.date()),
                *((contract.plan_name, contract.ends_on) if contract is not None else ("", None)),
                each.lessons_left,
                each.task.text if each.task is not None else "",
            )


def _scope(session: UnitOfWork, site_id: str, lessons_left: int | None = None) -> Scope:
    site = sites.get_site(session, site_id)
    zone = ZoneInfo(site.time_zone)
    return Scope(site.id, local_day(session.now, zone), zone, lessons_left)


def _return(session: UnitOfWork, scope: Scope, viewer: Viewer) -> list[Stage]:
    found = people.find_return(session, scope)
    return [Stage(stage, viewer.words.text(STAGE_NAMES[stage]), found[stage]) for stage in people.RETURN_STAGES]


def _attraction(session: UnitOfWork, scope: Scope, viewer: Viewer) -> list[Stage]:
    """An obsolete status is a stage only while somebody stands there."""
    found = people.find_attraction(session, scope)
    statuses = [each for each in enquiry_statuses.list_all(session) if each.id in found or not each.is_obsolete]
    first = Stage(moving.NO_STATUS, viewer.words.text(mark("No status yet")), found.get("", []))
    return [first, *(Stage(each.id, each.name, found.get(each.id, [])) for each in statuses)]


def _form(
    session: UnitOfWork, viewer: Viewer, member_id: str, fields: Mapping[str, str], errors: Errors | None = None
) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("Move %(name)s to another stage"), name=members.get(session, member_id).name),
        action=f"/funnels/people/{member_id}/move",
        button=say(mark("Move")),
        back=_ATTRACTION,
        back_text=say(mark("Back to the funnel")),
        body="funnels/move_fields.html",
    )
    stages = [(moving.NO_STATUS, say(mark("No status yet")))]
    stages += [(each.id, each.name) for each in enquiry_statuses.list_usable(session)]
    return show(viewer, sheet, fields, errors, stages=stages)
