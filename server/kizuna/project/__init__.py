"""The folder as values: files, facts, claims and the documents that they quote."""

from kizuna.project.documents import Document, DocumentState
from kizuna.project.evidence import Claim, Located, Place
from kizuna.project.load import Project, load_project
from kizuna.project.turtle import Fault, Role, SourceFile

__all__ = [
    "Claim",
    "Document",
    "DocumentState",
    "Fault",
    "Located",
    "Place",
    "Project",
    "Role",
    "SourceFile",
    "load_project",
]
