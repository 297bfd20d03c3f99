"""The console's pages about staff: sign-in, the settings that staff find there, who works here, their roles."""

from typing import Final

from cloud.staff.pages import account, keys, passkeys, people, role_forms, settings, sign_in

routers: Final = (
    sign_in.router,
    settings.router,
    people.router,
    role_forms.router,
    keys.router,
    account.router,
    passkeys.router,
)
