"""What every page of Rota must hold to, as one function over its HTML: well formed, labelled, linked, nothing inline,
light, readable."""

from __future__ import annotations

import re
from collections import Counter

from lxml import etree, html

LIMIT_BYTES = 60 * 1024
# libxml2 knows HTML 4: the names of newer elements are not errors.
UNKNOWN_TAG = "HTML_UNKNOWN_TAG"
# The machine's name of a week or a day: people read dates. The API's own pages show it as code.
ISO = re.compile(r"\b[0-9]{4}-(?:W[0-9]{2}|[0-9]{2}-[0-9]{2})\b")
INPUTS = "//input[not(@type='hidden')] | //select | //textarea"


def problems(text: str) -> list[str]:
    """Each broken promise in words; an empty list is a good page."""
    parser = etree.HTMLParser()
    tree = html.fromstring(text, parser=html.HTMLParser())
    etree.fromstring(text.encode(), parser)
    found = [f"line {e.line}: {e.message}" for e in parser.error_log if e.type_name != UNKNOWN_TAG]
    found += [f"{len(text.encode())} bytes"] if len(text.encode()) > LIMIT_BYTES else []
    found += [f"id {name} used {n} times" for name, n in Counter(tree.xpath("//@id")).items() if n > 1]
    return found + _labels(tree) + _references(tree) + _inline(tree) + _outline(tree) + _raw_dates(tree)


def _labels(tree: html.HtmlElement) -> list[str]:
    bound = set(tree.xpath("//label/@for"))
    inside = set(tree.xpath("//label//input | //label//select | //label//textarea"))
    controls = [
        c for c in tree.xpath(INPUTS) if c.get("id") not in bound and c not in inside and not c.get("aria-label")
    ]
    groups = [f for f in tree.xpath("//fieldset") if not f.xpath("./legend[normalize-space()]")]
    return [f"no label: {c.get('name')}" for c in controls] + ["fieldset without legend" for _ in groups]


def _references(tree: html.HtmlElement) -> list[str]:
    ids = set(tree.xpath("//@id"))
    named = [
        name
        for attribute in ("aria-describedby", "aria-labelledby")
        for value in tree.xpath(f"//@{attribute}")
        for name in value.split()
    ]
    anchors = [href[1:] for href in tree.xpath("//a/@href") if href.startswith("#") and len(href) > 1]
    return [f"nothing has the id {name}" for name in [*named, *anchors, *tree.xpath("//label/@for")] if name not in ids]


def _inline(tree: html.HtmlElement) -> list[str]:
    """The Content-Security-Policy would drop all of these."""
    handlers = [
        name
        for e in tree.iter()
        if isinstance(e.tag, str)
        for name in e.attrib
        if name.startswith("on") or name == "style"
    ]
    foreign = [url for url in tree.xpath("//script/@src | //link/@href | //img/@src") if not url.startswith("/")]
    return [f"inline {name}" for name in handlers + tree.xpath("//style | //script[not(@src)]")] + [
        f"from elsewhere: {url}" for url in foreign
    ]


def _outline(tree: html.HtmlElement) -> list[str]:
    levels = [int(e.tag[1]) for e in tree.xpath("//main//*[self::h1 or self::h2 or self::h3 or self::h4]")]
    first = levels.index(1) if 1 in levels else 0
    jumps = [f"h{a} then h{b}" for a, b in zip(levels[first:], levels[first + 1 :], strict=False) if b > a + 1]
    return (
        jumps
        + ([] if levels.count(1) == 1 else [f"{levels.count(1)} h1"])
        + ([] if tree.get("lang") else ["no language"])
    )


def _raw_dates(tree: html.HtmlElement) -> list[str]:
    said = " ".join(tree.xpath("//body//text()[not(ancestor::code or ancestor::pre)]"))
    return [f"a date no reader says: {found}" for found in ISO.findall(said)]
