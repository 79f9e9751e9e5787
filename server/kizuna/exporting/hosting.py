"""What Apache and nginx read to serve a copy as the application does: formats, languages, 303."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from kizuna.formats import FORMATS, HTML

_MORE_TYPES = {
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
_TYPES = {form.suffix: form.media_type for form in FORMATS} | _MORE_TYPES
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
_GRAPHS = tuple(form for form in FORMATS if form.rdf is not None)


def htaccess(languages: tuple[str, ...]) -> str:
    """Return the file that Apache reads in the folder itself, wherever that is served."""
    first, *others = languages
    weights = {form.suffix: f";qs={1 - n / 100:.2f}" for n, form in enumerate((HTML, *_GRAPHS))}
    types = [
        f'AddType "{media_type}{weights.get(suffix, "")}" .{suffix}'
        for suffix, media_type in _TYPES.items()
    ]
    lines = [
        "# For Apache 2.4 with mod_negotiation, mod_rewrite and AllowOverride All.",
        "Options +MultiViews",
        "DirectorySlash Off",
        "AddDefaultCharset utf-8",
        *types,
        *(f"AddLanguage {language} .{language}" for language in others),
        f"DefaultLanguage {first}",
        f"LanguagePriority {' '.join(languages)}",
        "ForceLanguagePriority Prefer Fallback",
        "RewriteEngine On",
        "RewriteCond %{REQUEST_URI} ^(.*)/id/(.+?)(?:/(?:index\\.html)?)?$",
        "RewriteRule ^id/ %1/doc/%2 [R=303,L]",
    ]
    if others:
        lines += [
            f"RewriteCond %{{QUERY_STRING}} (?:^|&)lang=({'|'.join(others)})(?:&|$)",
            "RewriteCond %{REQUEST_FILENAME}.%1.html -f",
            "RewriteRule ^ %{REQUEST_URI}.%1.html [L]",
        ]
    return "\n".join(lines) + "\n"


def nginx(languages: tuple[str, ...]) -> str:
    """Return two pieces of a configuration of nginx, for a copy at the root of a host.

    nginx does not weigh what clients accept: of the formats that are named, the first counts here.
    """
    first, *others = languages
    of_header = [f'    "~*^{language}\\b" .{language};' for language in others]
    of_address = [f"    {language} .{language};" for language in others]
    formats = [
        f'    "~*{form.media_type.replace("+", "[+]").replace(".", "[.]")}" .{form.suffix};'
        for form in (HTML, *_GRAPHS)
    ]
    types = " ".join(f"{media_type} {suffix};" for suffix, media_type in _TYPES.items())
    return "\n".join(
        [
            "# Into http { }: what is wanted.",
            "map $http_accept_language $kizuna_preferred {",
            '    default "";',
            *of_header,
            "}",
            "map $arg_lang $kizuna_language {",
            "    default $kizuna_preferred;",
            f'    {first} "";',
            *of_address,
            "}",
            "map $http_accept $kizuna_suffix {",
            "    default .html;",
            *formats,
            "}",
            "",
            "# Into server { }: root is the folder of this file.",
            f"types {{ {types} }}",
            "charset utf-8;",
            "location ~ ^/id/(.+?)(?:/(?:index[.]html)?)?$ {",
            "    return 303 /doc/$1;",
            "}",
            "location / {",
            '    add_header Vary "Accept, Accept-Language";',
            f"    try_files {' '.join(_TRIED)} =404;",
            "}",
            "",
        ]
    )


HOSTING: MappingProxyType[str, Callable[[tuple[str, ...]], str]] = MappingProxyType(
    {".htaccess": htaccess, "nginx.conf": nginx, ".nojekyll": lambda _: ""}
)
"""The files beside the copy, by name: how each is made for the languages of a site."""
