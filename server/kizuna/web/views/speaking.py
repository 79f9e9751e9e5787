"""Templates in one language: its texts stand in them from when they are compiled."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from kizuna.web import texts

SPOKEN = "spoken"
"""Which of its globals tells the language of an environment."""
_CALL = ["name", "lparen", "string", "rparen"]


class Speaking(Extension):
    """Reads a call of ``t`` with a key alone as its text, in the environment's language.

    Calls with values stay calls: what they say is known only with a page.
    """

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Yield the tokens of a template, each such call as the string that it gives."""
        language = str(self.environment.globals[SPOKEN])
        tokens = list(stream)
        at = 0
        while at < len(tokens):
            call = tokens[at : at + len(_CALL)]
            if call[0].value == "t" and [token.type for token in call] == _CALL:
                said = texts.text(call[2].value, language)
                yield Token(call[2].lineno, "string", said)
                at += len(_CALL)
            else:
                yield call[0]
                at += 1
