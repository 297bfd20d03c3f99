"""Forms on the member card about how the member stands with the gate."""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Request, Response

from cloud.api import ReadSession, Transaction
from cloud.console.languages import mark
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.database import UnitOfWork
from cloud.members import repository, service, standing
from cloud.members.models import Member
from cloud.members.pages import forms
from cloud.members.pages.forms import Sheet, attempt
from cloud.members.standing_schemas import BlackListIn, CertificateIn, OtherSitesIn, RoleIn
from cloud.sites import service as sites
from cloud.staff.api import check_about

ROLES: Final = {
    "member": mark("Member: passes with a contract"),
    "staff": mark("Staff: passes without a contract"),
    "emergency": mark("Emergency card: opens in every mode of the lanes, and staff hear of it"),
}
_SITE_PREFIX: Final = "site_"
_SAVED: Final = "standing_saved"

router = APIRouter()


@router.get("/members/{member_id}/role")
def show_role(member_id: str, session: ReadSession, viewer: Viewer = viewing("members.standing")) -> Response:
    """The roles to choose from."""
    member = service.get(session, member_id)
    return _role(viewer, member, {"role": member.role})


@router.post("/members/{member_id}/role")
def set_role(member_id: str, session: Transaction, form: Submission = submitting("members.standing")) -> Response:
    """Save the role."""
    member = service.get(session, member_id)
    with attempt(session, form.viewer.words) as errors:
        body = RoleIn.model_validate({"role": form.fields.get("role", "")})
        standing.set_role(session, form.viewer.signed_in.actor, member_id, body.role)
    if errors:
        return _role(form.viewer, member, form.fields, errors)
    return forms.done(form.viewer, member_id, _SAVED)


@router.get("/members/{member_id}/certificate")
def show_certificate(member_id: str, session: ReadSession, viewer: Viewer = viewing("members.write")) -> Response:
    """The certificate's last day."""
    member = service.get(session, member_id)
    return _certificate(viewer, member, {"until": str(member.certificate_until or "")})


@router.post("/members/{member_id}/certificate")
def set_certificate(member_id: str, session: Transaction, form: Submission = submitting("members.write")) -> Response:
    """Save the last day; an empty one means that there is none."""
    member = service.get(session, member_id)
    with attempt(session, form.viewer.words) as errors:
        body = CertificateIn.model_validate({"until": form.fields.get("until") or None})
        standing.set_certificate(session, form.viewer.signed_in.actor, member_id, body.until)
    if errors:
        return _certificate(form.viewer, member, form.fields, errors)
    return forms.done(form.viewer, member_id, _SAVED)


@router.get("/members/{member_id}/black-list")
def ask_black_list(member_id: str, session: ReadSession, viewer: Viewer = viewing("members.standing")) -> Response:
    """The reason to write down; or whether to take the member off the list."""
    return _black_list(viewer, service.get(session, member_id), {})


@router.post("/members/{member_id}/black-list")
def black_list(member_id: str, session: Transaction, form: Submission = submitting("members.standing")) -> Response:
    """Stop the member at every gate."""
    member = service.get(session, member_id)
    with attempt(session, form.viewer.words) as errors:
        body = BlackListIn.model_validate({"reason": form.fields.get("reason", "")})
        standing.black_list(session, form.viewer.signed_in.actor, member_id, body.reason)
    if errors:
        return _black_list(form.viewer, member, form.fields, errors)
    return forms.done(form.viewer, member_id, "flag_raised")


@router.post("/members/{member_id}/black-list/end")
def take_off_black_list(
    member_id: str, session: Transaction, form: Submission = submitting("members.standing")
) -> Response:
    """Stop the member for this no more."""
    member = service.get(session, member_id)
    with attempt(session, form.viewer.words) as errors:
        standing.take_off_black_list(session, form.viewer.signed_in.actor, member_id)
    if errors:
        return _black_list(form.viewer, member, form.fields, errors)
    return forms.done(form.viewer, member_id, _SAVED)


@router.get("/members/{member_id}/forgive")
def ask_to_forgive(member_id: str, session: ReadSession, viewer: Viewer = viewing("members.write")) -> Response:
    """What forgetting means."""
    member = service.get(session, member_id)
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("Forget where %(name)s is?"), name=member.name),
        text=say(mark("The gates let them come in again, as if they had left. This cannot be undone.")),
        action=f"{forms.address_of(member_id)}/forgive",
        button=say(mark("Forget where they are")),
        tone="danger",
    )
    return forms.show(viewer, member, sheet, {})


@router.post("/members/{member_id}/forgive")
def forgive(member_id: str, session: Transaction, form: Submission = submitting("members.write")) -> Response:
    """Let anti-passback forget."""
    standing.forgive(session, form.viewer.signed_in.actor, member_id)
    return forms.done(form.viewer, member_id, "member_forgiven")


@router.get("/members/{member_id}/other-sites")
def show_other_sites(member_id: str, session: ReadSession, viewer: Viewer = viewing("members.standing")) -> Response:
    """The other clubs, ticked where the member may go."""
    used = repository.list_other_sites(session, [member_id]).get(member_id, frozenset())
    fields = {_SITE_PREFIX + site_id: "on" for site_id in used}
    return _other_sites(session, viewer, service.get(session, member_id), fields)


@router.post("/members/{member_id}/other-sites")
def set_other_sites(
    request: Request, member_id: str, session: Transaction, form: Submission = submitting("members.standing")
) -> Response:
    """Let the member use the clubs that are ticked."""
    member = service.get(session, member_id)
    ticked = sorted(name.removeprefix(_SITE_PREFIX) for name in form.fields if name.startswith(_SITE_PREFIX))
    with attempt(session, form.viewer.words) as errors:
        body = OtherSitesIn.model_validate({"site_ids": ticked})
        for site_id in standing.changed_sites(session, member_id, body.site_ids):
            check_about(request, session, form.viewer.signed_in, "members.standing", site_id=site_id)
        standing.set_other_sites(session, form.viewer.signed_in.actor, member_id, body.site_ids)
    if errors:
        return _other_sites(session, form.viewer, member, form.fields, {"form": next(iter(errors.values()))})
    return forms.done(form.viewer, member_id, _SAVED)


def _role(
    viewer: Viewer, member: Member, fields: Mapping[str, str], errors: Mapping[str, str] | None = None
) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("Role of %(name)s"), name=member.name),
        action=f"{forms.address_of(member.id)}/role",
        button=say(mark("Send to the gates")),
        body="members/role_fields.html",
    )
    return forms.show(viewer, member, sheet, fields, errors, roles=ROLES)


def _certificate(
    viewer: Viewer, member: Member, fields: Mapping[str, str], errors: Mapping[str, str] | None = None
) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("Medical certificate of %(name)s"), name=member.name),
        action=f"{forms.address_of(member.id)}/certificate",
        button=say(mark("Send to the gates")),
        body="members/certificate_fields.html",
    )
    return forms.show(viewer, member, sheet, fields, errors)


def _black_list(
    viewer: Viewer, member: Member, fields: Mapping[str, str], errors: Mapping[str, str] | None = None
) -> Response:
    say = viewer.words.text
    address = f"{forms.address_of(member.id)}/black-list"
    if member.black_listed_at is not None:
        sheet = Sheet(
            title=say(mark("Take %(name)s off the black list?"), name=member.name),
            text=say(mark("The gates no longer refuse them for this, and the reason is forgotten here.")),
            action=f"{address}/end",
            button=say(mark("Take off the black list")),
        )
    else:
        sheet = Sheet(
            title=say(mark("Put %(name)s on the black list?"), name=member.name),
            text=say(mark("Every gate of every club that they use refuses them until they are taken off the list.")),
            action=address,
            button=say(mark("Put on the black list")),
            body="members/black_list_fields.html",
            tone="danger",
        )
    return forms.show(viewer, member, sheet, fields, errors)


def _other_sites(
    session: UnitOfWork,
    viewer: Viewer,
    member: Member,
    fields: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("Other clubs of %(name)s"), name=member.name),
        action=f"{forms.address_of(member.id)}/other-sites",
        button=say(mark("Send to the gates")),
        body="members/sites_fields.html",
    )
    others = [site for site in sites.list_sites(session) if site.id != member.site_id]
    return forms.show(viewer, member, sheet, fields, errors, others=others, prefix=_SITE_PREFIX)
