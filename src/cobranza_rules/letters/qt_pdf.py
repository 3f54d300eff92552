"""Reading the PDFs that Qt 5 writes: plain objects, one flate stream a page. Whoever finds another structure finds nothing."""

from __future__ import annotations

import re
import zlib

LARGEST_STREAM = 50_000_000  # Bytes of one page's drawing, unpacked
_PAGE_OBJECT = re.compile(rb"(?<!\d)(\d+) 0 obj\n<<\n/Type /Page\n(.*?)\nendobj", re.DOTALL)
_KIDS = re.compile(rb"/Type /Pages\n/Kids\s*\[(.*?)\]", re.DOTALL)
_CONTENTS = re.compile(rb"/Contents (\d+) 0 R")


def page_objects(content: bytes) -> dict[int, bytes]:
    """Dictionaries of the pages by object number, in the order of the pages; empty where they cannot all be found."""
    kids = _KIDS.search(content)
    order = [int(number) for number in re.findall(rb"(\d+) 0 R", kids[1])] if kids else []
    bodies = {int(found[1]): found[2] for found in _PAGE_OBJECT.finditer(content)}
    return {number: bodies[number] for number in order} if set(order) == set(bodies) else {}


def page_drawings(content: bytes) -> list[bytes]:
    """The drawing operators of each page; empty where a page's stream cannot be read."""
    drawings = []
    for body in page_objects(content).values():
        reference = _CONTENTS.search(body)
        start = reference and re.search(
            rb"(?<!\d)%s 0 obj\n<<\n/Length \d+ 0 R\n/Filter /FlateDecode\n>>\nstream\n" % reference[1], content
        )
        if not start:
            return []
        try:
            drawings.append(zlib.decompressobj().decompress(content[start.end() :], LARGEST_STREAM))
        except zlib.error:
            return []
    return drawings
