"""The schedule: calendar, one session with its participants, forms to plan, change and cancel."""

from typing import Final

from cloud.class_sessions.pages import calendar, one_session, planning

routers: Final = (calendar.router, planning.router, one_session.router)
