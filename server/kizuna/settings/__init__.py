"""The settings of a publication: ``kizuna.toml``, overridden by environment variables."""

from kizuna.settings.endpoints import services_of
from kizuna.settings.reading import FILE_NAME, Settings, bare_settings, load_settings
from kizuna.settings.table import SETTINGS, Setting

__all__ = [
    "FILE_NAME",
    "SETTINGS",
    "Setting",
    "Settings",
    "bare_settings",
    "load_settings",
    "services_of",
]
