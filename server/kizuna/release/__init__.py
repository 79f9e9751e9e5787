"""Immutable, content-addressed builds, and the folder that keeps them."""

from kizuna.release.build import build_release
from kizuna.release.folder import Release, Releases
from kizuna.release.manifest import Manifest

__all__ = ["Manifest", "Release", "Releases", "build_release"]
