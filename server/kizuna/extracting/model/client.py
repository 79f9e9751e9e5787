"""Asking an OpenAI-compatible endpoint: structured outputs, patience, a budget, a cache.

The secret goes into one header and nowhere else: not into messages, not into the cache.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kizuna.errors import SettingsError, UnavailableError

_TRIES = 4
_MOST_WAIT = 30.0
_AGAIN = {408, 409, 429, 500, 502, 503, 504}
_ANSWER_BYTES = 8_000_000
_CHARACTERS_PER_TOKEN = 3
"""Fewer than of any text in the languages at hand, so that a budget is rather kept than passed."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the model is, its name and its secret; what one text may cost."""

    url: str
    name: str
    key: str = field(default="", repr=False)
    tokens: int = 60_000
    seconds: float = 120.0

    def __post_init__(self) -> None:
        if urlsplit(self.url).scheme not in {"http", "https"} or not self.name:
            raise SettingsError(
                f"model is {self.url!r} and model_name {self.name!r}: both are needed",
                hint='For example: model = "https://models.example.org/v1", model_name = "m".',
            )


@dataclass(slots=True)
class Client:
    """A client of one endpoint for one text; ``spent`` counts its tokens."""

    endpoint: Endpoint
    cache: Path | None = None
    sleep: Callable[[float], None] = time.sleep
    spent: int = 0
    plain: bool = False
    """Whether the endpoint knows no schemas, so that JSON without one is asked for."""

    def ask(self, messages: list[dict[str, str]], schema: dict[str, Any]) -> str:
        """Return the text of the answer, from the cache where the same was asked before.

        Raises UnavailableError where the endpoint does not answer, and where the budget is spent.
        """
        body = self._body(messages, schema)
        kept = self._kept(body)
        if kept is not None and kept.exists():
            return kept.read_text(encoding="utf-8")
        answer = self._post(body, messages, schema)
        if kept is not None:
            kept.parent.mkdir(parents=True, exist_ok=True)
            beside = kept.with_suffix(".part")
            beside.write_text(answer, encoding="utf-8")
            beside.replace(kept)
        return answer

    def _body(self, messages: list[dict[str, str]], schema: dict[str, Any]) -> bytes:
        form: dict[str, Any] = {"type": "json_object"}
        if not self.plain:
            form = {
                "type": "json_schema",
                "json_schema": {"name": "claims", "strict": True, "schema": schema},
            }
        left = self.endpoint.tokens - self.spent - _cost(messages)
        if left <= 0:
            raise UnavailableError(
                f"the budget of {self.endpoint.tokens} tokens for one text is spent",
                hint="Raise the setting model_tokens, or extract from a shorter text.",
            )
        asked = {
            "model": self.endpoint.name, "messages": messages, "temperature": 0, "seed": 1,
            "max_tokens": min(left, 8_000), "response_format": form,
        }  # fmt: skip
        return json.dumps(asked, ensure_ascii=False, sort_keys=True).encode()

    def _kept(self, body: bytes) -> Path | None:
        name = hashlib.sha256(self.endpoint.url.encode() + b"\0" + body).hexdigest()
        return self.cache / f"{name}.txt" if self.cache else None

    def _post(self, body: bytes, messages: list[dict[str, str]], schema: dict[str, Any]) -> str:
        for number in range(_TRIES):
            try:
                return self._answer(body)
            except urllib.error.HTTPError as error:
                with error:
                    status, told, wait = (
                        error.code,
                        error.read(2_000).decode("utf-8", "replace"),
                        _wait(error, number),
                    )
                if status == 400 and not self.plain and "response_format" in told:
                    self.plain = True
                    body = self._body(messages, schema)
                    continue
                if status not in _AGAIN or number == _TRIES - 1:
                    raise self._away(f"answers {status}") from error
            except (OSError, http.client.HTTPException) as error:
                if number == _TRIES - 1:
                    raise self._away(f"cannot be reached: {error}") from error
                wait = 2.0**number
            self.sleep(wait)
        raise self._away("does not answer")

    def _away(self, what: str) -> UnavailableError:
        return UnavailableError(
            f"the model at {self.endpoint.url} {what}",
            hint="See that model and model_name are right, and the key in KIZUNA_MODEL_KEY.",
        )

    def _answer(self, body: bytes) -> str:
        headers = {"Content-Type": "application/json"}
        if self.endpoint.key:
            headers["Authorization"] = f"Bearer {self.endpoint.key}"
        address = self.endpoint.url.rstrip("/") + "/chat/completions"
        request = urllib.request.Request(address, data=body, headers=headers)  # noqa: S310 - the scheme is checked
        opener = urllib.request.build_opener(_Still())
        deadline = time.monotonic() + self.endpoint.seconds
        with opener.open(request, timeout=self.endpoint.seconds) as answer:
            data = b""
            while piece := answer.read1(65_536):
                data += piece
                if time.monotonic() > deadline or len(data) > _ANSWER_BYTES:
                    raise TimeoutError("the answer is too long or too slow")
        return self._content(data)

    def _content(self, data: bytes) -> str:
        """Return the message in an answer; what is none of the protocol is no message."""
        try:
            answer = json.loads(data)
            self.spent += int(answer.get("usage", {}).get("total_tokens", 0))
            return str(answer["choices"][0]["message"]["content"] or "")
        except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
            raise http.client.HTTPException("the answer is not of the protocol") from error


class _Still(urllib.request.HTTPRedirectHandler):
    """Follows nothing: the secret is for one address."""

    def redirect_request(self, *_: object) -> None:
        return None


def _cost(messages: list[dict[str, str]]) -> int:
    return sum(len(m["content"]) for m in messages) // _CHARACTERS_PER_TOKEN


def _wait(error: urllib.error.HTTPError, number: int) -> float:
    """Return the seconds to wait: what the endpoint says, or twice as long as before."""
    said = error.headers.get("Retry-After", "")
    return min(float(said) if said.isdecimal() else 2.0**number, _MOST_WAIT)
