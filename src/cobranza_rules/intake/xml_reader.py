"""The one XML parser for files from outside. It fetches nothing, expands nothing, and is bounded in size, elements and depth.

Depth is bounded by libxml2 itself, which stops at 256 levels unless `huge_tree` is set.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem, ProblemError

LARGEST_XML = 10 * 1024 * 1024
MOST_TAGS = 400_000  # Each start or end tag has one "<"; an invoice of a thousand lines has about 10,000.
# Some issuers declare the schema's place as if it were a namespace. Nothing that is read hangs on it, but no parser takes it.
_MISPLACED = b" xmlns:schemaLocation="
_SPACE = re.compile(rb"[ \t\r\n]*")
_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = {b"\xff\xfe": (b"<\x00", b">\x00"), b"\xfe\xff": (b"\x00<", b"\x00>")}

_PARSER = etree.XMLParser(
    resolve_entities=False,
    no_network=True,
    load_dtd=False,
    dtd_validation=False,
    huge_tree=False,
    recover=False,
    remove_comments=True,
    remove_pis=True,
)
_CODES = etree.ErrorTypes
_ENCODING_ERRORS = frozenset(
    {_CODES.ERR_INVALID_ENCODING, _CODES.ERR_INVALID_CHAR, _CODES.ERR_UNSUPPORTED_ENCODING, _CODES.ERR_UNKNOWN_ENCODING}
)
_TRUNCATIONS = frozenset({_CODES.ERR_TAG_NOT_FINISHED, _CODES.ERR_DOCUMENT_END})
_RESOURCE_LIMIT = 114  # XML_ERR_RESOURCE_LIMIT of libxml2, which not every lxml names.


@dataclass(frozen=True, slots=True)
class XmlDocument:
    """`lines_before` counts lines of junk that stood before the XML, so that a line is the line that the user's editor shows."""

    root: etree._Element
    file: str
    lines_before: int = 0

    def line(self, element: etree._Element) -> int:
        line: int | None = element.sourceline  # type: ignore[assignment] # the stubs give it a type that is none
        return (line or 0) + self.lines_before


def read_xml(content: bytes, file: str) -> XmlDocument:
    """Junk outside `<...>` is cut off; a byte order mark and UTF-16 are fine. Raises ProblemError."""
    if len(content) > LARGEST_XML:
        raise _refused(
            file,
            _("the XML is larger than {limit} MB", limit=LARGEST_XML // 2**20),
            _("an invoice is far smaller: check that it is the right file"),
        )
    start, end, mark = _extent(content)
    if start < 0:
        raise _refused(file, _("the file holds no XML"), _("check that it is the right file and download it again"))
    xml = mark + content[start:end]
    if xml.count(b"<") > MOST_TAGS:
        raise _refused(
            file, _("the XML has more than {limit} tags", limit=MOST_TAGS), _("an invoice has far fewer: check that it is the right file")
        )
    if _has_doctype(xml.replace(b"\x00", b"") if mark in _UTF16_MARKS else xml):
        raise _doctype(file)
    if _MISPLACED in xml:
        xml = xml.replace(_MISPLACED, b" schemaLocation=")
    lines_before = content.count(b"\n", 0, start)
    try:
        root = etree.fromstring(xml, _PARSER)
    except etree.XMLSyntaxError as error:
        raise _broken(file, error, lines_before) from None
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr] # the stubs leave it out
        raise _doctype(file)
    return XmlDocument(root, file, lines_before)


def _extent(content: bytes) -> tuple[int, int, bytes]:
    """Where the XML starts and ends, and the byte order mark that has to stand before it. A start of -1: there is none."""
    opening, closing, mark = b"<", b">", b""
    start = content.find(b"<")
    if content[:2] in _UTF16_MARKS:
        mark = content[:2]
    elif content[start + 1 : start + 2] == b"\x00":  # UTF-16 without a mark: its two bytes start at an even place.
        mark = b"\xff\xfe" if start % 2 == 0 else b"\xfe\xff"
    if mark:
        opening, closing = _UTF16_MARKS[mark]
        start = content.find(opening)
    elif content[max(start - 3, 0) : start] == _UTF8_MARK:
        mark = _UTF8_MARK
    return start, content.rfind(closing) + len(closing), mark


def _has_doctype(xml: bytes) -> bool:
    """Looks at what may stand before the first element, so that a document type is refused before anything is parsed.

    The parser's own word is asked afterwards too, for encodings whose letters are not those of ASCII.
    """
    position = xml.find(b"<", 0, len(_UTF8_MARK) + 1)  # Only a byte order mark can stand before it.
    while True:
        space = _SPACE.match(xml, position)
        position = space.end() if space else position
        closing = b"?>" if xml.startswith(b"<?", position) else b"-->" if xml.startswith(b"<!--", position) else b""
        if not closing:
            return xml.startswith(b"<!DOCTYPE", position)
        end = xml.find(closing, position)
        if end < 0:
            return False
        position = end + len(closing)


def _broken(file: str, error: etree.XMLSyntaxError, lines_before: int) -> ProblemError:
    code: int = error.code  # type: ignore[attr-defined] # the stubs leave it out
    again = _("download it again from where it came")
    if code in _ENCODING_ERRORS:
        what, hint = (
            _("the text is not in the encoding that the file declares"),
            _("download it again; an editor may have saved it in another encoding"),
        )
    elif code in _TRUNCATIONS:
        what, hint = _("the file breaks off before its end"), again
    elif code == _RESOURCE_LIMIT:
        what, hint = _("the XML is nested too deeply or expands too far"), _("check that it is the right file; no invoice looks like this")
    else:
        what, hint = _("not well-formed XML: {detail}", detail=_detail(error)), again
    line, column = error.position
    return ProblemError([Problem(what, hint, file, line + lines_before, column)])


def _detail(error: etree.XMLSyntaxError) -> str:
    """libxml2's own words without the position, which the problem shows itself; what they quote is cut short."""
    words = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in str(error.msg))
    return words.rsplit(", line ", 1)[0][:200]


def _doctype(file: str) -> ProblemError:
    return _refused(
        file, _("the XML declares a document type (DOCTYPE), which no CFDI has"), _("do not open it; ask its sender for the original XML")
    )


def _refused(file: str, what: Sentence, hint: Sentence) -> ProblemError:
    return ProblemError([Problem(what, hint, file)])
