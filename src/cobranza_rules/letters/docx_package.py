"""A .docx as its parts, opened with care: bounded, without macros, entities, remote templates or linked files (ECMA-376 part 2)."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass

from lxml import etree

from cobranza_rules.language import Sentence, _
from cobranza_rules.problems import Problem, ProblemError

LARGEST_FILE = 10_000_000  # Bytes as stored.
LARGEST_CONTENT = 50_000_000  # Bytes once unpacked; a letter with images has some hundred thousand.
MOST_PARTS = 500
MOST_BRACES = 3000  # Opening braces of a part; time to look for tags grows with their square, and a letter has some hundred.
OLE_HEADER = b"\xd0\xcf\x11\xe0"  # Compound file: an old .doc, or a .docx that was encrypted with a password.
MAIN_PART = "word/document.xml"
CONTENT_TYPES = "[Content_Types].xml"
_MAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
SAFE_LINK = re.compile(r"^(https?|mailto):", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DocxPackage:
    """`parts` maps names without a leading slash to bytes, in the order of the file."""

    name: str
    content: bytes
    parts: dict[str, bytes]


def parse_xml(content: bytes) -> etree._Element:
    """Raises etree.XMLSyntaxError; entities are not expanded and nothing is fetched."""
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))


def open_docx(content: bytes, name: str) -> DocxPackage:
    """Raises ProblemError; `name` is what the user calls the file."""
    if len(content) > LARGEST_FILE:
        raise _refused(name, _("the template is larger than {limit} MB", limit=LARGEST_FILE // 1_000_000), _("make its images smaller"))
    if content.startswith(OLE_HEADER):
        raise _refused(name, _("the template is an old .doc or has a password"), _("save it in Word as .docx without a password"))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = _read_parts(archive, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise _refused(name, _("the template is not a Word document"), _("save it in Word as .docx")) from None
    package = DocxPackage(name, content, parts)
    problems = [*_content_problems(package), *_link_problems(package)]
    if problems:
        raise ProblemError(problems)
    return package


def _read_parts(archive: zipfile.ZipFile, name: str) -> dict[str, bytes]:
    members = [member for member in archive.infolist() if not member.is_dir()]
    names = [member.filename for member in members]
    if len(members) > MOST_PARTS or sum(member.file_size for member in members) > LARGEST_CONTENT:
        raise _refused(name, _("the template unpacks to too much data"), _("make its images smaller"))
    if len(set(names)) != len(names) or CONTENT_TYPES not in names or MAIN_PART not in names:
        raise _refused(name, _("the template is not a Word document"), _("save it in Word as .docx"))
    return {member.filename: archive.read(member) for member in members}


def _content_problems(package: DocxPackage) -> list[Problem]:
    problems = []
    if any(part.lower().endswith("vbaproject.bin") for part in package.parts) or _MAIN_TYPE.encode() not in package.parts[CONTENT_TYPES]:
        problems.append(
            _problem(package, _("the template has macros or is not a plain .docx"), _("save it in Word as .docx without macros"))
        )
    for part, content in package.parts.items():
        if not part.endswith((".xml", ".rels")):
            continue
        if content.count(b"{") > MOST_BRACES and part.startswith("word/"):
            problems.append(_problem(package, _("the part {part} has too many braces", part=part), _("shorten the template")))
            continue
        if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
            problems.append(_problem(package, _("the part {part} declares entities", part=part), _("save the document anew in Word")))
            continue
        try:
            parse_xml(content)
        except etree.XMLSyntaxError:
            problems.append(_problem(package, _("the part {part} is damaged", part=part), _("save the document anew in Word")))
    return problems


def _link_problems(package: DocxPackage) -> list[Problem]:
    """Word fetches linked templates, images and objects when it opens a document: a customer's Word must fetch nothing from us."""
    problems: list[Problem] = []
    for part, content in package.parts.items():
        if not part.endswith(".rels") or b"<!DOCTYPE" in content:
            continue
        try:
            links = [link for link in parse_xml(content).iter(_RELATIONSHIP) if link.get("TargetMode") == "External"]
        except etree.XMLSyntaxError:
            continue  # Named by _content_problems.
        for link in links:
            target, kind = link.get("Target") or "", (link.get("Type") or "").rsplit("/", 1)[-1]
            if kind != "hyperlink" or not SAFE_LINK.match(target):
                what = _("the template links to the outside: {kind} {target}", kind=kind, target=target)
                problems.append(_problem(package, what, _("embed it, or remove the link")))
    return problems


def _problem(package: DocxPackage, what: Sentence, hint: Sentence) -> Problem:
    return Problem(what, hint, package.name)


def _refused(name: str, what: Sentence, hint: Sentence) -> ProblemError:
    return ProblemError([Problem(what, hint, name)])
