"""XML that somebody sent, read without trusting it."""

from __future__ import annotations

from typing import Any

from lxml import etree

from surveys.xlsform.errors import BROKEN, FormErrors, error

XFORMS = "{http://www.w3.org/2002/xforms}"


def parse_xml(source: str | bytes) -> Any:
    """An XML document without entities, network or huge trees; raises FormErrors."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        document = etree.fromstring(source.encode() if isinstance(source, str) else source, parser)
    except (etree.XMLSyntaxError, ValueError) as fault:
        raise FormErrors((error(BROKEN),)) from fault
    if document.getroottree().docinfo.internalDTD is not None:
        raise FormErrors((error(BROKEN),))
    return document
