"""``robots.txt`` (RFC 9309): all may be read but what is worked out for each request anew."""

from __future__ import annotations

RULES = (
    ("Disallow", "/sparql?"),  # queries; the form and the service description may be read
    ("Disallow", "/sparql."),
    ("Disallow", "/search"),
    ("Disallow", "/fragments?"),
    ("Disallow", "/fragments."),
    ("Disallow", "/graphs"),
    ("Disallow", "/oai"),
    ("Disallow", "/reconcile"),
    ("Disallow", "/compare?"),
    ("Disallow", "/members?"),
    ("Disallow", "/correct"),
    ("Disallow", "/classes/*?"),  # choices of values: there are more of them than of things
    ("Disallow", "/queries/*?"),
    ("Allow", "/classes/*?lang="),  # the longer rule counts
    ("Allow", "/queries/*?lang="),
    ("Allow", "/compare?lang="),
    ("Allow", "/"),
)


def robots(base: str) -> str:
    """Return the file, which leads to the map of the site with this base."""
    rules = "".join(f"{rule}: {path}\n" for rule, path in RULES)
    return f"User-agent: *\n{rules}\nSitemap: {base}sitemap.xml\n"
