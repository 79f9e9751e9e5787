"""Text as it may stand in a document of XML, whatever it holds."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

# What no document of XML may hold (XML 1.0, section 2.2).
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def cleaned(text: str) -> str:
    r"""Return ``text`` with a sign of replacement for each character that XML cannot hold.

    >>> cleaned("a\x00b")
    'a�b'
    """
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def element(name: str, text: str, **attributes: str) -> str:
    """Return an element that holds ``text``; attributes without a value are left out.

    An underscore in the name of an attribute stands for a colon.

    >>> element("dc:title", "A & B", xml_lang="en")
    '<dc:title xml:lang="en">A &amp; B</dc:title>'
    """
    said = "".join(
        f" {attribute.replace('_', ':')}={quoteattr(cleaned(value))}"
        for attribute, value in attributes.items()
        if value
    )
    inner = escape(cleaned(text), {"\r": "&#13;"})
    return f"<{name}{said}>{inner}</{name}>"
