"""Maps of the dataset and of one thing, read from the index within fixed bounds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from pyoxigraph import BlankNode, NamedNode

from kizuna.vocabulary import KZ_CLAIM, RDF_TYPE, term
from kizuna.web.pictures.mapping import Place, Sheet, Tie, draw_map
from kizuna.web.pictures.projections import APART_KM, distance
from kizuna.web.pictures.svg import Label
from kizuna.web.reader import Link, Reader, Words
from kizuna.web.texts import decimal, number
from kizuna.web.views.locating import (
    Locator,
    Spot,
    around,
    coordinates,
    country_name,
)
from kizuna.web.views.picturing import MOST_READ, Picture, label, more, some_members

PLACES = (term("schema:Place"), term("dct:Location"))
COLUMNS = ("pictures.place", "pictures.things", "pictures.position")
TOGETHER_COLUMN = "pictures.together"
MOST_PLACES = 150
_MOST_THINGS = 500
"""Things that are counted at one place."""
_SAMPLE = 60
"""Members of a class that are looked at to learn whether the class has coordinates."""
_MOST_CLASSES = 300

Node = NamedNode | BlankNode


@dataclass(frozen=True, slots=True)
class Found:
    """What stands on a map: spots with the things there, and what ties them together."""

    spots: Mapping[Node, Spot]
    things: Mapping[Node, frozenset[Node]]
    ties: Mapping[tuple[Node, Node], tuple[NamedNode, ...]]
    more: int


def dataset_map(reader: Reader) -> Picture | None:
    """Return the map of all places; None where the release has no coordinates."""
    found = _found(reader)
    if not any(spot.exact for spot in found.spots.values()):
        return None
    order = sorted(found.spots, key=str)
    places = [_place(reader, found, node) for node in order]
    ties = [
        Tie(order.index(a), order.index(b), tuple(label(reader, t) for t in things))
        for (a, b), things in sorted(found.ties.items(), key=lambda pair: str(pair[0]))
    ]
    return replace(
        map_picture(reader, "map", places, ties),
        path="pictures/map",
        more=more(reader, found.more, (*PLACES, *reader.site.pages.tied)),
    )


def place_picture(reader: Reader, iri: NamedNode) -> Picture | None:
    """Return a small map of where a thing is; None where that is not known."""
    spot = Locator(reader.site).spot(iri)
    if spot is None:
        return None
    title = reader.text("pictures.where", name=reader.name(iri).text)
    place = Place(label(reader, spot.place), spot.at, exact=spot.exact, code=spot.code)
    sheet = _sheet(reader, "place", title, f"{place.label.text}: {_position(reader, place)}")
    drawing = draw_map(replace(sheet, width=290, height=230), [place])
    return Picture(
        drawing,
        (reader.text("pictures.place"), reader.text("pictures.position")),
        ((reader.link(spot.place), Link(Words(_position(reader, place)))),),
        path="pictures/place",
        query=(("iri", iri.value),),
    )


def map_picture(
    reader: Reader, name: str, places: Sequence[Place], ties: Sequence[Tie] = ()
) -> Picture:
    """Return a map with a table of its places, the ones with most things first.

    Where only a country is known, far from all else and tied to nothing, it is told beside the map.
    """
    ends = {end for tie in ties for end in (tie.start, tie.end)}
    aside = [n for n in range(len(places)) if n not in ends and _is_aside(places, places[n])]
    shown = [n for n in range(len(places)) if n not in aside]
    new = {old: n for n, old in enumerate(shown)}
    drawn = [Tie(new[tie.start], new[tie.end], tie.labels) for tie in ties]
    sheet = _sheet(reader, name, reader.text("pictures.map"), reader.text("pictures.map.text"))
    columns = [*COLUMNS, TOGETHER_COLUMN] if ties else COLUMNS
    return Picture(
        draw_map(sheet, [places[n] for n in shown], drawn),
        tuple(reader.text(column) for column in columns),
        tuple(_rows(reader, places, ties)),
        beside=tuple(linked(places[n].label) for n in aside),
        beside_title=reader.text("pictures.elsewhere"),
    )


def _is_aside(places: Sequence[Place], place: Place) -> bool:
    exact = [other.at for other in places if other.exact]
    near = any(distance(place.at, at) < APART_KM for at in exact)
    return bool(exact) and not (place.exact or near)


def _rows(
    reader: Reader, places: Sequence[Place], ties: Sequence[Tie]
) -> Iterator[tuple[Link, ...]]:
    tied: dict[int, list[str]] = {}
    for tie in ties:
        for end in (tie.start, tie.end):
            tied.setdefault(end, []).extend(known.text for known in tie.labels)
    for n in sorted(range(len(places)), key=lambda i: (-places[i].count, i)):
        place = places[n]
        cells = (
            linked(place.label),
            Link(Words(number(place.count, reader.language))),
            Link(Words(_position(reader, place))),
        )
        names = "; ".join(dict.fromkeys(tied.get(n, ())))
        yield (*cells, Link(Words(names))) if ties else cells


def linked(known: Label) -> Link:
    """Return the label of a drawing as a link of a page."""
    return Link(Words(known.text, known.lang), known.href, not known.href.startswith("/"))


def _sheet(reader: Reader, name: str, title: str, text: str) -> Sheet:
    language = reader.language
    return Sheet(name, title, text, language, country=lambda code: country_name(code, language))


def _place(reader: Reader, found: Found, node: Node) -> Place:
    spot, count = found.spots[node], len(found.things.get(node, ()))
    note = reader.text("pictures.here", n=count)
    if not spot.exact:
        note = f"{note} {reader.text('pictures.vague')}"
    return Place(label(reader, node), spot.at, count, note, spot.exact, spot.code)


def _position(reader: Reader, place: Place) -> str:
    if not place.exact:
        return reader.text("pictures.vague")
    x, y = place.at
    lat, long = (decimal(f"{abs(degrees):.2f}", reader.language) for degrees in (y, x))
    north = reader.text("pictures.north" if y >= 0 else "pictures.south", degrees=lat)
    east = reader.text("pictures.east" if x >= 0 else "pictures.west", degrees=long)
    return reader.text("pictures.point", north=north, east=east)


def _found(reader: Reader) -> Found:
    """Return places and ties; of too many places, those with most things."""
    where = Locator(reader.site)
    spots: dict[Node, Spot] = {}
    things: dict[Node, set[Node]] = {}
    for node in _places(reader):
        spot = where.of_place(node)
        if spot is not None:
            spots[spot.place] = spot
            things.setdefault(spot.place, set()).update(_things_at(reader, node))
    ties = _ties(reader, where)
    tied = {node for pair in ties for node in pair}
    seen = [n for n in spots if spots[n].exact or things[n] or n in tied]
    seen.sort(key=lambda n: (n not in tied, -len(things[n]), str(n)))
    kept = dict.fromkeys(seen[:MOST_PLACES])
    return Found(
        spots={node: spots[node] for node in kept},
        things={node: frozenset(things[node]) for node in kept},
        ties={pair: found for pair, found in ties.items() if all(n in kept for n in pair)},
        more=len(seen) - len(kept),
    )


def _places(reader: Reader) -> list[NamedNode]:
    """Return places: members of classes of places, and of classes whose members are located."""
    site = reader.site
    found = set(some_members(reader, PLACES))
    by_size = sorted(site.classes.counts, key=lambda kind: (site.classes.counts[kind], kind.value))
    for kind in by_size[:_MOST_CLASSES]:
        sample = _members(reader, kind, _SAMPLE)
        if any(coordinates(site, node) for node in sample):
            found.update(n for n in _members(reader, kind, MOST_READ) if coordinates(site, n))
    return sorted(found, key=str)


def _members(reader: Reader, kind: NamedNode, most: int) -> Iterable[NamedNode]:
    for quad in reader.site.index.some_incoming(kind, most):
        if quad.predicate == RDF_TYPE and isinstance(quad.subject, NamedNode):
            yield quad.subject


def _things_at(reader: Reader, place: NamedNode) -> Iterator[Node]:
    """Yield the things that name a place, not what lies in it and not the claims about it."""
    site, pages = reader.site, reader.site.pages
    for quad in site.index.some_incoming(place, _MOST_THINGS):
        thing = quad.subject
        is_here = quad.predicate in (*pages.located, *pages.partners)
        if is_here and isinstance(thing, NamedNode) and KZ_CLAIM not in site.names.types(thing):
            yield thing


def _ties(reader: Reader, where: Locator) -> dict[tuple[Node, Node], tuple[NamedNode, ...]]:
    """Return which things tie which places together: those whose partners are there."""
    ties: dict[tuple[Node, Node], list[NamedNode]] = {}
    for thing in some_members(reader, reader.site.pages.tied):
        stated = reader.site.index.outgoing(thing)
        partners = (q.object for q in stated if q.predicate in reader.site.pages.partners)
        spots = {spot.place: spot for p in partners if (spot := where.spot(p))}
        vague = {place for place, spot in spots.items() if not spot.exact}
        wider = {w for place in spots for w in around(reader.site, place)} if vague else set()
        for pair in combinations(sorted(spots.keys() - wider, key=str), 2):
            ties.setdefault(pair, []).append(thing)
    return {pair: tuple(things) for pair, things in ties.items()}
