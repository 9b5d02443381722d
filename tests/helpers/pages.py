"""Reads the pages of reports as a browser would, as far as tests need it."""

import base64
import hashlib
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

EMPTY = {"meta", "link", "path", "rect", "circle", "wbr"}  # of SVG, those that end at once
LISTED = {"th", "td", "caption", "summary", "h1", "h2", "h3", "li", "title", "desc", "text", "p"}


@dataclass
class Table:
    """A table: its caption, its heads, and (text, value) of each cell by the row's head."""

    caption: str = ""
    heads: list = field(default_factory=list)
    rows: list = field(default_factory=list)

    def by_head(self):
        return {row[0][0]: row[1:] for row in self.rows}

    def values(self):
        return {head: [value for _, value in cells] for head, cells in self.by_head().items()}


class Page(HTMLParser):
    """A page: its tables, texts, links and identifiers; what is not well-formed is an error."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.tables, self.texts = [], [], []
        self.ids, self.references, self.links, self.tags = [], [], [], []
        self._value = None
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        assert len(given) == len(attributes), tag
        assert not [name for name in given if name.startswith("on") or name == "style"]
        self.tags.append((tag, given))
        self.ids += [given["id"]] if "id" in given else []
        self.references += given.get("aria-labelledby", "").split()
        self.links += [given[name] for name in ("href", "src", "xlink:href") if name in given]
        if tag == "table":
            self.tables.append(Table())
        if tag == "tr" and "tbody" in self.open:
            self.tables[-1].rows.append([])
        if tag in ("th", "td"):
            self._value = None
        if tag == "data":
            self._value = float(given["value"])
        if tag in LISTED:
            self.texts.append([tag, ""])
        if tag == "small":  # the note of a cell stands below it
            self.handle_data("\t")
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in EMPTY:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag in EMPTY:  # those with a title inside have an end
            return
        assert self.open.pop() == tag
        if tag in ("th", "td", "caption") and self.tables:
            self._end_cell(tag, self.texts[-1][1].strip())

    def _end_cell(self, tag, text):
        table = self.tables[-1]
        if tag == "caption":
            table.caption = text
        elif "thead" in self.open:
            table.heads.append(text)
        else:
            table.rows[-1].append((text, self._value))

    def handle_data(self, data):
        if self.texts and any(tag in LISTED for tag in self.open):
            self.texts[-1][1] += data

    def table(self, caption):
        [found] = [table for table in self.tables if table.caption == caption]
        return found

    def said(self, tag):
        return [text.strip() for name, text in self.texts if name == tag]


def whole(text):
    """Say that a page is well-formed, needs nothing, and that what names things is there."""
    page = Page(text)
    assert text.startswith("<!DOCTYPE html>\n")
    assert len(page.ids) == len(set(page.ids))
    assert set(page.references) <= set(page.ids)
    inside = {link for link in page.links if link.startswith("#")}
    assert {link[1:] for link in inside} <= set(page.ids)
    outside = set(page.links) - inside - {"data:,"}
    assert [tag for tag, _ in page.tags if tag in ("script", "img", "iframe", "object")] == []
    assert "@import" not in text
    assert "url(" not in text
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in text
    assert "default-src 'none'" in text
    drawings = [given for tag, given in page.tags if tag == "svg" and "role" in given]
    figures = [given for tag, given in page.tags if tag == "figure"]
    assert len(drawings) == len(figures)
    regions = [given["aria-label"] for _, given in page.tags if given.get("role") == "region"]
    assert len(regions) == len(set(regions))
    assert all(set(given["aria-labelledby"].split()) <= set(page.ids) for given in drawings)
    assert sum(text.startswith("Numbers of this picture") for text in page.said("summary")) == len(
        figures
    )
    return page, outside
