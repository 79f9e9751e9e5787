"""Keeping up: a changed project is checked, built and served; nothing here knows HTTP."""

from kizuna.keeping.folder import Folder
from kizuna.keeping.keeper import Keeper, Plan
from kizuna.keeping.trouble import Place, Reason, Trouble, Troubles

__all__ = ["Folder", "Keeper", "Place", "Plan", "Reason", "Trouble", "Troubles"]
