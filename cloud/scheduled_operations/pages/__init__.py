"""The console's settings of scheduled operations: planned after a look at whom they would stop, and suspended."""

from typing import Final

from cloud.scheduled_operations.pages import operation_forms, operation_steps, operation_views

# The forms come first: their addresses would be taken for an operation's id.
routers: Final = (operation_forms.router, operation_steps.router, operation_views.router)
