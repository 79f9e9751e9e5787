"""The arguments of a request by OAI-PMH (version 2.0, sections 2.5, 3.1 and 4)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

PREFIX, TOKEN = "metadataPrefix", "resumptionToken"
FROM, UNTIL = "from", "until"
_SECOND = "%Y-%m-%dT%H:%M:%SZ"
_NAME = r"[A-Za-z0-9\-_.!~*'()]+"
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?")


class Wrong(Exception):
    """What an answer says is wrong with a request: a code of the protocol (section 3.6)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb: the arguments that it needs, and those that it takes.

    One that is answered in parts takes a resumption token in place of all others.
    """

    name: str
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    in_parts: bool = False


# fmt: off
_CHOICE = (FROM, UNTIL, "set")
VERBS = {
    verb.name: verb
    for verb in (
        Verb("Identify"),
        Verb("ListMetadataFormats",  takes=("identifier",)),
        Verb("ListSets",             in_parts=True),
        Verb("ListIdentifiers",      (PREFIX,), _CHOICE, in_parts=True),
        Verb("ListRecords",          (PREFIX,), _CHOICE, in_parts=True),
        Verb("GetRecord",            ("identifier", PREFIX)),
    )
}
_FORMS = {
    # argument    its form                                what that is
    PREFIX:       (re.compile(_NAME),                     "letters, digits and -_.!~*'()"),
    "set":        (re.compile(rf"{_NAME}(:{_NAME})*"),    "names with colons between them"),
    "identifier": (re.compile(r"\S+"),                    "an identifier of ListIdentifiers"),
    FROM:         (_MOMENT,                               "YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ"),
    UNTIL:        (_MOMENT,                               "YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ"),
}
# fmt: on


def read_arguments(fields: Sequence[tuple[str, str]]) -> Mapping[str, str]:
    """Return the arguments by name, the verb among them, from the fields of a request.

    Raises Wrong with badVerb or badArgument.
    """
    verb = _verb([value for name, value in fields if name == "verb"])
    arguments: dict[str, str] = {}
    for name, value in fields:
        if name in arguments:
            raise Wrong("badArgument", f"{name} is given more than once: give it once")
        arguments[name] = value
    _check_names(verb, arguments.keys() - {"verb"})
    for name in sorted(arguments.keys() & _FORMS.keys()):
        form, words = _FORMS[name]
        if not form.fullmatch(arguments[name]):
            raise Wrong("badArgument", f"{name}={arguments[name]!r} is not as it must be: {words}")
    return arguments


def _verb(given: Sequence[str]) -> Verb:
    if len(given) != 1 or given[0] not in VERBS:
        what = "no verb" if not given else f"verb {' and '.join(map(repr, given[:3]))}"
        raise Wrong("badVerb", f"{what} is given: give one of {', '.join(VERBS)}")
    return VERBS[given[0]]


def _check_names(verb: Verb, names: set[str]) -> None:
    """Pass if the verb takes all arguments, and has those that it needs. Raises Wrong."""
    if verb.in_parts and TOKEN in names:
        if len(names) > 1:
            raise Wrong("badArgument", f"{TOKEN} stands in place of all other arguments")
        return
    for name in sorted(names - {*verb.needs, *verb.takes}):
        raise Wrong("badArgument", f"{verb.name} takes no argument {name!r}")
    for name in verb.needs:
        if name not in names:
            raise Wrong("badArgument", f"{verb.name} needs the argument {name}")


def read_period(arguments: Mapping[str, str]) -> tuple[str, str]:
    """Return from when and until when records are wanted, in seconds; empty where that is open.

    A day until which they are wanted is one of them. Raises Wrong with badArgument.
    """
    since, until = arguments.get(FROM, ""), arguments.get(UNTIL, "")
    if since and until and len(since) != len(until):
        raise Wrong("badArgument", "from and until differ in granularity: write both alike")
    since, until = _second(FROM, since, "T00:00:00Z"), _second(UNTIL, until, "T23:59:59Z")
    if since and until and since > until:
        raise Wrong("badArgument", "from is later than until: nothing can be between them")
    return since, until


def _second(name: str, moment: str, rest: str) -> str:
    """Return a moment with its time of day. Raises Wrong for one that no calendar has."""
    whole = moment + rest if "T" not in moment and moment else moment
    try:
        if whole:
            datetime.strptime(whole, _SECOND)  # noqa: DTZ007 - its zone is in the form: UTC
    except ValueError as error:
        raise Wrong("badArgument", f"{name}={moment!r} is no date: {error}") from error
    return whole
