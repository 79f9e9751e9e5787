"""Immutable, content-addressed builds, and the folder that keeps them."""

from kizuna.release.bare import empty_release
from kizuna.release.build import Publication, build_release
from kizuna.release.change import Act, Change
from kizuna.release.folder import Releases
from kizuna.release.manifest import Manifest
from kizuna.release.news import News, news_of
from kizuna.release.push import Pushed, Target, push, report_json, report_text
from kizuna.release.release import Release
from kizuna.release.scribe import Scribe, WriteLimits, Written
from kizuna.release.tombstones import Tombstone, read_tombstones
from kizuna.release.touched import Touched, read_touched

__all__ = [
    "Act",
    "Change",
    "Manifest",
    "News",
    "Publication",
    "Pushed",
    "Release",
    "Releases",
    "Scribe",
    "Target",
    "Tombstone",
    "Touched",
    "WriteLimits",
    "Written",
    "build_release",
    "empty_release",
    "news_of",
    "push",
    "read_tombstones",
    "read_touched",
    "report_json",
    "report_text",
]
