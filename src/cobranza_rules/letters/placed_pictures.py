"""Pictures of the workspace in a Word template: a picture in line with text whose alternative text says which one stands for it.

The author sees a grey one where the company's will be. It takes the place before the template is compiled, so that Word file and PDF have
the same bytes, and no letter carries a picture that it does not show. One that there is not is left out with its run.
"""

from __future__ import annotations

import io
import posixpath
import zipfile

from lxml import etree

from cobranza_rules.domain.company import Pictures
from cobranza_rules.letters.docx_package import CONTENT_TYPES, open_docx, parse_xml
from cobranza_rules.letters.picture_files import media_type_of, size_of

# What the alternative text may say, in either language.
NAMES = {
    "letterhead": "letterhead",
    "membrete": "letterhead",
    "logo": "logo",
    "logotipo": "logo",
    "signature": "signature",
    "firma": "signature",
    "initials": "rubric",
    "rúbrica": "rubric",
}
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_EMBED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}embed"
_IMAGE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_SUFFIXES = {"image/png": "png", "image/jpeg": "jpeg"}


def with_pictures(content: bytes, pictures: Pictures, name: str) -> bytes:
    """The .docx with the workspace's pictures in their places; as it came where it has no such place. Raises ProblemError."""
    parts = open_docx(content, name).parts
    changed = [_place(parts, part, pictures) for part in list(parts) if part.startswith("word/") and part.endswith(".xml")]
    if not any(changed):
        return content
    _drop_unused_media(parts)
    return _packed(parts)


def _place(parts: dict[str, bytes], part: str, pictures: Pictures) -> bool:
    """Changes the part and its relationships; whether there was a place."""
    tree = parse_xml(parts[part])
    places = [(inline, kind) for inline in tree.iter(WP + "inline") if (kind := _kind_of(inline))]
    for inline, kind in places:
        picture = getattr(pictures, kind)
        if picture:
            _fill(parts, part, inline, kind, picture)
        else:
            _leave_out(inline)
    if places:
        parts[part] = etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)
    return bool(places)


def _kind_of(inline: etree._Element) -> str:
    told = inline.find(WP + "docPr")
    return "" if told is None else NAMES.get((told.get("descr") or "").strip().casefold(), "")


def _leave_out(inline: etree._Element) -> None:
    run = next((one for one in inline.iterancestors(W + "r")), None)
    holder = None if run is None else run.getparent()
    if run is not None and holder is not None:
        holder.remove(run)


def _fill(parts: dict[str, bytes], part: str, inline: etree._Element, kind: str, picture: bytes) -> None:
    """As large as fits into the place, in the picture's own proportions."""
    media_type = media_type_of(picture)
    file = f"media/workspace-{kind}.{_SUFFIXES[media_type]}"
    parts[f"word/{file}"] = picture
    _declare(parts, _SUFFIXES[media_type], media_type)
    blip, extent = inline.find(f".//{A}blip"), inline.find(WP + "extent")
    if blip is None or extent is None:
        return
    blip.set(_EMBED, _related(parts, part, file, f"rIdWorkspace{kind}"))
    wide, high = int(extent.get("cx") or 0), int(extent.get("cy") or 0)
    width, height = size_of(picture)
    scale = min(wide / width, high / height)
    for element in (extent, *inline.iter(A + "ext")):
        if element.get("cx"):
            element.set("cx", str(round(width * scale)))
            element.set("cy", str(round(height * scale)))


def _related(parts: dict[str, bytes], part: str, target: str, identifier: str) -> str:
    """The id under which the part knows the picture."""
    folder, name = posixpath.split(part)
    links = f"{folder}/_rels/{name}.rels"
    tree = parse_xml(parts[links]) if links in parts else etree.Element(f"{{{_RELATIONSHIPS}}}Relationships")
    if not any(link.get("Id") == identifier for link in tree):
        etree.SubElement(tree, f"{{{_RELATIONSHIPS}}}Relationship", {"Id": identifier, "Type": _IMAGE, "Target": target})
        parts[links] = etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)
    return identifier


def _declare(parts: dict[str, bytes], suffix: str, media_type: str) -> None:
    tree = parse_xml(parts[CONTENT_TYPES])
    if not any(default.get("Extension") == suffix for default in tree.iter(f"{{{_TYPES}}}Default")):
        tree.insert(0, etree.Element(f"{{{_TYPES}}}Default", {"Extension": suffix, "ContentType": media_type}))
        parts[CONTENT_TYPES] = etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)


def _drop_unused_media(parts: dict[str, bytes]) -> None:
    """What stood in for the pictures reaches no customer: the relationships that no part names any more, and their files."""
    kept: set[str] = set()
    for links in [name for name in parts if name.startswith("word/_rels/")]:
        tree = parse_xml(parts[links])
        part = f"word/{posixpath.basename(links).removesuffix('.rels')}"
        for link in list(tree):
            if link.get("Type") == _IMAGE and f'"{link.get("Id")}"'.encode() not in parts.get(part, b""):
                tree.remove(link)
            else:
                kept.add(posixpath.normpath(posixpath.join("word", link.get("Target") or "")).lstrip("/"))
        if len(tree):
            parts[links] = etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)
        else:
            del parts[links]
    for media in [name for name in parts if name.startswith("word/media/") and name not in kept]:
        del parts[media]


def _packed(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return file.getvalue()
