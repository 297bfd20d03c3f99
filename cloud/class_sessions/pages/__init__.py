"""The schedule: calendar, one session with its participants, forms to plan, change and cancel."""

from typing import Final

from cloud.class_sessions.pages import calendar, calendar_files, one_session, participant_files, planning

routers: Final = (calendar.router, calendar_files.router, planning.router, one_session.router, participant_files.router)
