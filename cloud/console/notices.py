"""One line at the top of the next page, after something was done: "Sent to the gates.".

The cookie carries only a name from the table below, so that nobody can put words into the console's mouth.
"""

from typing import Final

from fastapi import Request, Response

from cloud.console.languages import mark

NOTICE_COOKIE: Final = "tornello_notice"
NOTICES: Final = {
    "flag_raised": mark("Sent to the gates. Below you see when each one obeys."),
    "flag_cleared": mark("Lifted. Below you see when each gate has heard of it."),
    "credential_revoked": mark("The card opens nothing any more once the gates have heard of it."),
    "credential_reactivated": mark("The card is active again once the gates have heard of it."),
    "gateway_withdrawn": mark("The gateway is out of service. Its connection is cut within moments."),
    "gateway_let_back": mark("The gateway may come back. It fetches its certificate within minutes."),
    "gateway_kept_out": mark("The gateway stays out. It may ask again in a week."),
    "rules_saved": mark("Saved. The list of gates says which one obeys already."),
    "rule_deleted": mark("Deleted. The list of gates says which one obeys already."),
    "zone_forgiven": mark("The gates forget who is inside once they have heard of it."),
    "plan_saved": mark("Saved. Contracts that were sold stay as they are."),
    "standing_saved": mark("Saved. The gates obey once they have heard of it."),
    "member_saved": mark("Saved."),
    "members_merged": mark("They are one person now; the gates know once they have heard of it."),
    "member_forgiven": mark("The gates forget where the member is once they have heard of it."),
    "session_booked": mark("Booked. The gates know once they have heard of it."),
    "session_cancelled": mark("Cancelled. The gates know once they have heard of it."),
    "session_waited_for": mark("The session is full: the member is on the waiting list."),
    "waits_no_more": mark("The member does not wait any more."),
    "schedule_saved": mark("Saved. Who booked a session that was moved is let in at its new time."),
    "sessions_planned": mark("Planned."),
    "calendar_made": mark("The address works from now on."),
    "calendar_revoked": mark("The address is revoked."),
    "class_cancelled": mark("Cancelled, with what was booked of it."),
    "alarms_acknowledged": mark("Acknowledged. Your name stands beside it."),
    "task_begun": mark("Begun. What it does at the gate is in force once the gates have heard of it."),
    "tasks_begun": mark("Begun. What they do at the gate is in force once the gates have heard of it."),
    "task_saved": mark("Saved."),
    "task_closed": mark("Closed. What is the next step with this member?"),
    "task_settings_saved": mark("Saved. What it changes at the gates is in force once they have heard of it."),
    "person_erased": mark("Erased. The gates forget the person once they have heard of it."),
    "session_ended": mark("Signed out there."),
    "password_was_wrong": mark("The password was wrong. Nothing was changed."),
    "staff_saved": mark("Saved. It holds from now on."),
    "passkey_made": mark("The passkey is made. Next time you can sign in with it."),
    "passkey_removed": mark("The passkey is removed."),
    "role_saved": mark("Saved. It holds at the next click of everybody who has the role."),
    "search_saved": mark("Saved."),
    "search_deleted": mark("Deleted."),
    "webhook_tested": mark("The test is on its way. Below you see what came of it."),
    "webhook_sent_again": mark("It is sent again. Below you see what came of it."),
    "webhook_off": mark("The webhook is switched off, or too much waits for it."),
    "operation_over": mark("It would never run again: edit its days first."),
    "signed_out": mark("You are signed out."),
}


def leave_notice(response: Response, name: str) -> None:
    """Let the next page say `NOTICES[name]`."""
    assert name in NOTICES, "a notice needs its text"
    response.set_cookie(NOTICE_COOKIE, name, max_age=60, httponly=True, samesite="lax")


def read_notice(request: Request) -> str | None:
    """The text that the page before left, if any."""
    return NOTICES.get(request.cookies.get(NOTICE_COOKIE, ""))
