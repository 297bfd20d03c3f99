"""The console's settings of tasks: action types, outcomes and enquiry statuses, and their forms."""

from typing import Final

from cloud.action_types.pages import outcome_forms, settings, type_forms

routers: Final = (settings.router, type_forms.router, outcome_forms.router)
