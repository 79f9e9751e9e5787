"""Choosing a format, a language and a coding by what a request says it accepts.

Pure functions over header values. Parsing never fails: members that are malformed are skipped, as
RFC 9110 lets a server do, and takes time linear in the length of the header.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kizuna.errors import NotAcceptable
from kizuna.formats import Format
from kizuna.web.codings import Coding

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_WEIGHT = re.compile(r"[01]|[01]\.0*|0?\.[0-9]+")
_LANGUAGE = re.compile(r"\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,10}")
_REMEMBERED = 512
"""How many different headers are remembered with what they led to; clients send few."""
_REMEMBERED_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Wish:
    """One member of an ``Accept…`` header: what is wished, in lower case, and how much (0 to 1)."""

    value: str
    parameters: frozenset[tuple[str, str]]
    weight: float


def negotiate(accept: str | None, offered: Sequence[Format]) -> Format:
    """Return the format in ``offered`` that the client likes best.

    RFC 9110, section 12.5.1. No header, an empty one, or one without any valid media range accepts
    everything. The most specific range decides the quality of a format; an alias of a format
    counts only where a range names it exactly. Between equals the order of ``offered`` decides.

    Raises NotAcceptable when every offered format has quality 0.
    """
    header = accept or ""
    find = _negotiated if len(header) <= _REMEMBERED_LENGTH else _negotiated.__wrapped__
    return find(header, tuple(offered))


@lru_cache(_REMEMBERED)
def _negotiated(accept: str, offered: tuple[Format, ...]) -> Format:
    wishes: dict[str, list[Wish]] = {}
    for wish in parse(accept):
        if _is_media_range(wish.value):
            wishes.setdefault(wish.value, []).append(wish)
    if not wishes:
        return offered[0]
    liked = [(_quality(form, wishes), form) for form in offered]
    quality, best = max(liked, key=lambda pair: pair[0])
    if quality > 0:
        return best
    raise NotAcceptable(
        "there is no representation of a type that the request accepts",
        hint=f"Ask for one of: {', '.join(dict.fromkeys(f.media_type for f in offered))}.",
    )


def negotiate_language(accept_language: str | None, offered: Sequence[str]) -> str:
    """Return the language in ``offered`` that the reader likes best, else the first one.

    RFC 4647, section 3.4 (lookup): ``de-AT`` finds ``de``. ``*`` means any language that was not
    refused with ``q=0``. A reader who refuses all gets the first: a page is better than none.
    """
    wishes = [w for w in parse(accept_language or "") if _LANGUAGE.fullmatch(w.value)]
    refused = {w.value for w in wishes if w.weight == 0}
    allowed = [language for language in offered if language.lower() not in refused]
    for wish in sorted(wishes, key=lambda w: -w.weight):
        found = _looked_up(wish.value, allowed) if wish.weight > 0 else None
        if found is not None:
            return found
    return (allowed or offered)[0]


def negotiate_coding(accept_encoding: str | None, offered: Sequence[Coding]) -> Coding | None:
    """Return the coding that the client likes best, None where it likes no coding better.

    RFC 9110, section 12.5.3. Between equals the order of ``offered`` decides, and any of them is
    better than none.
    """
    weights = {w.value: w.weight for w in parse(accept_encoding or "")}
    best, most = None, 0.0
    for coding in offered:
        named = [weights[name] for name in (coding.name, *coding.aliases) if name in weights]
        weight = named[0] if named else weights.get("*", 0.0)
        if weight > most:
            best, most = coding, weight
    return best if most >= weights.get("identity", 0.0) else None


def parse(header: str) -> list[Wish]:
    """Return the valid members of a header that lists values with weights, in their order.

    >>> [(w.value, w.weight) for w in parse('text/turtle;q=.5, ;;, TEXT/html; x="a,b"')]
    [('text/turtle', 0.5), ('text/html', 1.0)]
    """
    return [wish for member in _split(header, ",") if (wish := _wish(member)) is not None]


def _wish(member: str) -> Wish | None:
    value, *rest = _split(member, ";")
    value = value.strip().lower()
    if not value:
        return None
    weight, parameters = 1.0, set()
    for part in filter(None, map(str.strip, rest)):
        name, found, content = part.partition("=")
        name, content = name.rstrip().lower(), content.lstrip()
        if not found or not _TOKEN.fullmatch(name):
            return None
        if name == "q":
            if not _WEIGHT.fullmatch(content) or float(content) > 1:
                return None
            weight = float(content)
        else:
            parameters.add((name, content.strip('"').lower()))
    return Wish(value, frozenset(parameters), weight)


def _split(text: str, separator: str) -> Iterator[str]:
    """Yield the parts of ``text`` between separators that do not stand in quoted strings."""
    start, quoted = 0, False
    for mark in re.finditer(rf'\\.|["{separator}]', text, re.DOTALL):
        if mark[0] == '"':
            quoted = not quoted
        elif mark[0] == separator and not quoted:
            yield text[start : mark.start()]
            start = mark.end()
    yield text[start:]


def _is_media_range(value: str) -> bool:
    kind, found, subtype = value.partition("/")
    both = bool(found and _TOKEN.fullmatch(kind) and _TOKEN.fullmatch(subtype))
    return both and (kind != "*" or subtype == "*")


def _quality(form: Format, wishes: Mapping[str, Sequence[Wish]]) -> float:
    """Return how much the client likes ``form``: the weight of the most specific range.

    ``wishes`` go by their media range, so that the work does not grow with foreign types.
    """
    ranges = (form.media_type, f"{form.media_type.partition('/')[0]}/*", "*/*")
    ranked = [
        (specificity, wish.weight)
        for wish in (w for media_range in ranges for w in wishes.get(media_range, ()))
        if (specificity := _specificity(wish, form)) is not None
    ]
    by_alias = [w.weight for alias in form.aliases for w in wishes.get(alias, ())]
    return max(max(ranked)[1] if ranked else 0.0, max(by_alias, default=0.0))


def _specificity(wish: Wish, form: Format) -> int | None:
    """Return how closely a fitting range fits ``form``, None where it says nothing about it.

    A range with parameters that the form does not have (``profile=…``) still says that the client
    can read the type: it counts, but less than a range for the bare type, and never excludes. A
    form with a version of its own is for those alone who name that version.
    """
    named = wish.value == form.media_type
    if form.version and not (named and ("version", form.version) in wish.parameters):
        return None
    if not named:
        return 0 if wish.value == "*/*" else 1
    unknown = wish.parameters - _parameters(form)
    if unknown:
        return 2 if wish.weight > 0 else None
    return 4 if wish.parameters else 3


def _parameters(form: Format) -> set[tuple[str, str]]:
    """Return the parameters of a media type that say nothing but what the form is."""
    charset = {("charset", "utf-8")} if form.charset else set()
    return charset | {("version", form.version or "1.1")}


def _looked_up(wish: str, allowed: Sequence[str]) -> str | None:
    """Return the allowed language that ``wish`` means, shortening it part by part."""
    if wish == "*":
        return next(iter(allowed), None)
    parts = wish.split("-")
    while parts:
        tag = "-".join(parts)
        found = next((language for language in allowed if language.lower() == tag), None)
        if found is not None:
            return found
        parts.pop()
        if parts and len(parts[-1]) == 1:  # a singleton introduces what has just been cut
            parts.pop()
    return None
