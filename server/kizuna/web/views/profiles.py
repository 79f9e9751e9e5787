"""The list of profiles: as links, as statements, and as a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Quad

from kizuna.formats import Kind, carrying
from kizuna.iris import to_uri
from kizuna.vocabulary import DCT_DESCRIPTION, DCT_IDENTIFIER, RDF_TYPE, RDFS_LABEL, term
from kizuna.web import texts
from kizuna.web.profiles import DEFAULT, PARAMETER, PROFILES, Profile
from kizuna.web.reader import Reader
from kizuna.web.respond import Representation
from kizuna.web.views.page import Alternate, render

_PROF = "http://www.w3.org/ns/dx/prof/"
_ALTR = "http://www.w3.org/ns/dx/connegp/altr#"
PROFILE = NamedNode(f"{_PROF}Profile")
_TOKEN = NamedNode(f"{_PROF}hasToken")
_REPRESENTATION = NamedNode(f"{_ALTR}Representation")
_HAS = NamedNode(f"{_ALTR}hasRepresentation")
_HAS_DEFAULT = NamedNode(f"{_ALTR}hasDefaultRepresentation")
_FORMATS = carrying(Kind.GRAPH)
_TEXTS = {
    "thing": ("profile.thing", "profile.thing_about"),
    "labels": ("profile.labels", "profile.labels_about"),
    "evidence": ("profile.evidence", "profile.evidence_about"),
    "incoming": ("profile.incoming", "profile.incoming_about"),
}
"""Name and explanation of each profile."""


@dataclass(frozen=True, slots=True)
class Row:
    """One profile as the page shows it; ``files`` are what is asked about in this profile."""

    token: str
    iri: str
    name: str
    about: str
    is_default: bool
    files: tuple[Alternate, ...]


def profile_links(base: str, path: str) -> tuple[str, ...]:
    """Return the ``Link`` values for all profiles and formats of what stands at ``path``."""
    links = []
    for profile in PROFILES:
        iri = to_uri(profile.iri(base))
        links.append(f'<{PROFILE.value}>; rel="type"; token="{profile.token}"; anchor="{iri}"')
        links += [
            f'<{file.href}>; rel="alternate"; type="{file.media_type}"; profile="{iri}"'
            for file in _files(path, profile)
        ]
    return (*links, f'<{path}>; rel="canonical"; profile="{to_uri(DEFAULT.iri(base))}"')


def profile_quads(reader: Reader, iri: str, path: str) -> Iterator[Quad]:
    """Yield what can be had of ``iri``, whose page stands at ``path`` (Alternates Data Model)."""
    base = reader.site.addresses.base
    yield from profiles_described(base)
    for profile in PROFILES:
        for file in _files(path, profile):
            made = NamedNode(f"{base}{file.href[1:]}")
            yield Quad(NamedNode(iri), _HAS, made)
            if profile is DEFAULT and file.media_type == _FORMATS[0].media_type:
                yield Quad(NamedNode(iri), _HAS_DEFAULT, made)
            yield Quad(made, RDF_TYPE, _REPRESENTATION)
            yield Quad(made, term("dct:conformsTo"), NamedNode(profile.iri(base)))
            yield Quad(made, term("dct:format"), Literal(file.media_type))


def profiles_described(base: str) -> Iterator[Quad]:
    """Yield what the profiles are, in every language (Profiles Vocabulary)."""
    for profile in PROFILES:
        iri = NamedNode(profile.iri(base))
        yield Quad(iri, RDF_TYPE, PROFILE)
        yield Quad(iri, _TOKEN, Literal(profile.token))
        yield Quad(iri, DCT_IDENTIFIER, Literal(profile.token))
        for code in texts.LANGUAGES:
            name, about = _TEXTS[profile.token]
            yield Quad(iri, RDFS_LABEL, Literal(texts.text(name, code), language=code))
            yield Quad(iri, DCT_DESCRIPTION, Literal(texts.text(about, code), language=code))


def profile_page(
    reader: Reader, path: str, *, of: str = "", files: Sequence[Alternate] = ()
) -> Representation:
    """Return the page at ``path`` that lists the profiles.

    ``files`` are that list in other formats. With ``of``, the path of something that has profiles,
    each is linked.
    """
    base = reader.site.addresses.base
    rows = [
        Row(
            token=profile.token,
            iri=profile.iri(base),
            name=reader.text(_TEXTS[profile.token][0]),
            about=reader.text(_TEXTS[profile.token][1]),
            is_default=profile is DEFAULT,
            files=_files(of, profile) if of else (),
        )
        for profile in PROFILES
    ]
    return render(reader, "profiles.html", path, files=files, rows=rows, parameter=PARAMETER)


def _files(path: str, profile: Profile) -> tuple[Alternate, ...]:
    return tuple(
        Alternate(form.name, form.media_type, f"{path}.{form.suffix}?{PARAMETER}={profile.token}")
        for form in _FORMATS
    )
