"""The purposes in the settings of the console."""

from cloud.privacy_purposes.pages.settings import router

__all__ = ["router"]
