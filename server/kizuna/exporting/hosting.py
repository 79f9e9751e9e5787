"""What Apache and nginx read to serve a copy as the application does: formats, languages, 303.

Neither weighs what a client accepts (``q=``): where it takes pages it gets the page, else the first
of our formats that it names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from types import MappingProxyType

from kizuna.formats import FORMATS, HTML

_DATA = tuple(form for form in FORMATS if form is not HTML)
_TYPES = {form.suffix: form.media_type for form in FORMATS} | {
    "json": "application/json",  # lists are, and so are results
    "xml": "application/xml",
    "atom": "application/atom+xml",
    "rq": "application/sparql-query",
    "rdfp": "application/rdf-patch",
    "svg": "image/svg+xml",
    "png": "image/png",
    "css": "text/css",
    "js": "text/javascript",
    "gz": "application/gzip",
    "txt": "text/plain",
}
_TRIED = (
    "$uri",
    "$uri$kizuna_language$kizuna_suffix",
    "$uri$kizuna_suffix",
    "$uri$kizuna_language.html",
    "$uri.html",
    "${uri}index$kizuna_language.html",
    "${uri}index.html",
)
"""Where nginx looks for what is asked for, the first one first."""


def htaccess(languages: tuple[str, ...], release: str) -> str:
    """Return the file that Apache reads in the folder itself, wherever that is served."""
    first, *others = languages
    lines = [
        "# For Apache 2.4 with mod_rewrite, AllowOverride All.",
        "DirectorySlash Off",
        "AddDefaultCharset utf-8",
        *(f"AddType {media_type} .{suffix}" for suffix, media_type in _TYPES.items()),
        *(f"AddLanguage {language} .{language}" for language in others),
        f"DefaultLanguage {first}",
        "<Files favicon.ico>",
        "ForceType image/svg+xml",
        "</Files>",
        "<IfModule mod_headers.c>",
        'Header merge Vary "Accept, Accept-Language"',
        'Header set Access-Control-Allow-Origin "*"',
        "</IfModule>",
        "RewriteEngine On",
        r"RewriteCond %{REQUEST_URI} ^(.*)/id/(.+?)(?:/(?:index\.html)?)?$",
        "RewriteRule ^id/ %1/doc/%2 [R=303,L]",
        r"RewriteCond %{REQUEST_URI} ^(.*)/dumps/current/(.+)$",
        f"RewriteRule ^dumps/ %1/dumps/{release}/%2 [R=307,L]",
        *_asked_language(first, others),
    ]
    for form in _DATA:
        lines += [
            "RewriteCond %{HTTP_ACCEPT} !text/html",
            f"RewriteCond %{{HTTP_ACCEPT}} {re.escape(form.media_type)}",
            f"RewriteCond %{{REQUEST_FILENAME}}.{form.suffix} -f",
            f"RewriteRule ^ %{{REQUEST_URI}}.{form.suffix} [END]",
        ]
    for end in ("%{ENV:KIZUNA}.html", ".html", "index%{ENV:KIZUNA}.html"):
        lines += [
            f"RewriteCond %{{REQUEST_FILENAME}}{end} -f",
            f"RewriteRule ^ %{{REQUEST_URI}}{end} [END]",
        ]
    return "\n".join(lines) + "\n"


def _asked_language(first: str, others: list[str]) -> Iterator[str]:
    """Yield what leaves the language that is wanted, with a dot, in the variable KIZUNA."""
    if not others:
        return
    known = "|".join(others)
    yield rf"RewriteCond %{{HTTP:Accept-Language}} ^({known})\b"
    yield "RewriteRule ^ - [E=KIZUNA:.%1]"
    yield rf"RewriteCond %{{QUERY_STRING}} (?:^|&)lang=({known})(?:&|$)"
    yield "RewriteRule ^ - [E=KIZUNA:.%1]"
    yield rf"RewriteCond %{{QUERY_STRING}} (?:^|&)lang={first}(?:&|$)"
    yield "RewriteRule ^ - [E=!KIZUNA]"


def nginx(languages: tuple[str, ...], release: str) -> str:
    """Return two pieces of a configuration of nginx, for a copy at the root of a host."""
    first, *others = languages
    types = " ".join(f"{media_type} {suffix};" for suffix, media_type in _TYPES.items())
    lines = [
        "# Into http { }: what is wanted.",
        "map $http_accept_language $kizuna_preferred {",
        '    default "";',
        *(f'    "~*^{language}\\b" .{language};' for language in others),
        "}",
        "map $arg_lang $kizuna_language {",
        "    default $kizuna_preferred;",
        f'    {first} "";',
        *(f"    {language} .{language};" for language in others),
        "}",
        "map $http_accept $kizuna_suffix {",
        "    default .html;",
        *(f'    "~*{re.escape(f.media_type)}" .{f.suffix};' for f in (HTML, *_DATA)),
        "}",
        "",
        "# Into server { }, whose root is the folder of this file.",
        f"types {{ {types} }}",
        "charset utf-8;",
        "location ~ ^/id/(.+?)(?:/(?:index[.]html)?)?$ {",
        "    return 303 /doc/$1;",
        "}",
        "location ~ ^/dumps/current/(.+)$ {",
        f"    return 307 /dumps/{release}/$1;",
        "}",
        "location = /favicon.ico {",
        "    types { } default_type image/svg+xml;",
        "}",
        "location / {",
        '    add_header Vary "Accept, Accept-Language";',
        '    add_header Access-Control-Allow-Origin "*";',
        f"    try_files {' '.join(_TRIED)} =404;",
        "}",
    ]
    return "\n".join(lines) + "\n"


HOSTING: MappingProxyType[str, Callable[[tuple[str, ...], str], str]] = MappingProxyType(
    {".htaccess": htaccess, "nginx.conf": nginx, ".nojekyll": lambda *_: ""}
)
"""The files beside the copy, by name: how each is made for the languages and the release of a site.

The last one keeps GitHub's hosting from leaving files out.
"""
