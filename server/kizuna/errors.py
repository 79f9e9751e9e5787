"""Everything that can go wrong, as one family.

KizunaError
├── UsageError            the caller's input is unusable                     exit 2
│   ├── SettingsError         kizuna.toml or an environment variable
│   ├── ProjectError          a folder or file that cannot be read
│   ├── BadAddress            an IRI or path that is none                         HTTP 400
│   ├── BadParameter          a parameter of an address that cannot be understood HTTP 400
│   └── BadText               a text with a mistake at a line and column
│       ├── BadQuery              text that is no SPARQL                              HTTP 400
│       └── BadData               a document that is not in the format it names       HTTP 400
├── FindingsError         the project was read and breaks rules              exit 1
├── UnavailableError      the surroundings say no: disk, port, lock          exit 3
│   ├── NoRelease             nothing has been built yet
│   ├── StoreRefused          a store elsewhere does not take a graph
│   └── ReleaseBroken         a release's files are not what its manifest says
└── AnswerError           a question that gets no answer
    ├── Unauthorized          a secret is missing or wrong                        HTTP 401
    ├── NotFound              no such thing                                       HTTP 404
    ├── NotAcceptable         it exists, but in no form the client takes          HTTP 406
    ├── Refused               the publisher does not do this                      HTTP 403
    ├── Changed               it is no longer what the client takes it for        HTTP 412
    ├── NotConforming         a write that would break the shapes                 HTTP 422
    ├── Unsupported           the query names a function that there is not        HTTP 422
    ├── QueryTooLong          the query ran past its time                         HTTP 504
    ├── AnswerTooLarge        the answer grew past its limit                      HTTP 413
    ├── QueryCrashed          the engine gave up on this query                    HTTP 500
    ├── EngineFailed          the engine elsewhere gives no proper answer         HTTP 502
    ├── EngineAway            the engine elsewhere cannot be reached              HTTP 503
    ├── ServiceFailed         an endpoint that the query calls fails              HTTP 502
    ├── Busy                  too many queries at once                            HTTP 503
    └── TooMany               this client has too many queries running            HTTP 429

A message says three things: where, what with its value, and (``hint``) what to do.
"""

from __future__ import annotations


class KizunaError(Exception):
    """Base of all errors that are told to people; ``str()`` is the whole text."""

    exit_code = 2

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n    {self.hint}" if self.hint else self.message


class UsageError(KizunaError):
    """The caller's input is unusable."""


class SettingsError(UsageError):
    """A setting in kizuna.toml or in an environment variable is wrong."""


class ProjectError(UsageError):
    """The project's folder cannot be read as one."""


class BadAddress(UsageError):
    """A text that should be an IRI or a path is none."""


class BadParameter(UsageError):
    """A parameter of an address (``?year=abc``) has a name or a value that is none."""


class BadText(UsageError):
    """A text has a mistake; ``line`` and ``column`` count from 1, 0 where unknown."""

    def __init__(self, message: str, *, line: int = 0, column: int = 0, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.line = line
        self.column = column


class BadQuery(BadText):
    """A text is no SPARQL query or update."""


class BadData(BadText):
    """A document is not in the format that it names."""


class FindingsError(KizunaError):
    """The project was read, and what was found forbids going on."""

    exit_code = 1


class UnavailableError(KizunaError):
    """The surroundings refuse: no space, no permission, a port in use."""

    exit_code = 3


class NoRelease(UnavailableError):
    """There is no release to serve."""


class StoreRefused(UnavailableError):
    """A store on another server answered, and does not take what was sent."""


class ReleaseBroken(UnavailableError):
    """The files of a release differ from its manifest."""


class AnswerError(KizunaError):
    """A question that cannot be answered as asked."""

    exit_code = 3


class Unauthorized(AnswerError):
    """Who asks has not shown the secret that this takes."""


class NotFound(AnswerError):
    """There is no such thing."""


class NotAcceptable(AnswerError):
    """The thing exists, but in no form that the client accepts."""


class Refused(AnswerError):
    """The publisher does not do this, whoever asks."""


class Changed(AnswerError):
    """The thing is not in the state that the client made its condition."""


class NotConforming(AnswerError):
    """A write would break the shapes; ``report`` is the SHACL report, in the format asked for."""

    def __init__(self, message: str, *, report: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.report = report


class Unsupported(AnswerError):
    """The query is well-formed, but names a function that the engine does not have."""


class QueryTooLong(AnswerError):
    """A query ran past its time and was stopped."""


class AnswerTooLarge(AnswerError):
    """An answer grew past its limit and was dropped."""


class QueryCrashed(AnswerError):
    """The engine broke down over a query; nothing else was harmed."""


class EngineFailed(AnswerError):
    """An engine on another server answered with an error, with garbage, or broke off."""


class EngineAway(AnswerError):
    """An engine on another server cannot be reached, or takes no more queries now."""


class ServiceFailed(AnswerError):
    """An endpoint that a query calls by SERVICE is away, or gives no proper answer."""


class Busy(AnswerError):
    """Too many queries are running; the client may come again."""


class TooMany(AnswerError):
    """One client has too many queries running."""
