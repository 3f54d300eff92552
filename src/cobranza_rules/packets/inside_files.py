"""The files that a packet carries inside: CFDI, messages, what could not become pages, and the list of all hashes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence

from cobranza_rules.catalogue import translator
from cobranza_rules.language import _
from cobranza_rules.packets.assembling import Embedded
from cobranza_rules.packets.built_part import BuiltPart
from cobranza_rules.store.documents import DocumentArchive

MANIFEST = "sha256.txt"
LONGEST_NAME = 120
_STEERING = re.compile('[\\\\/:*?"<>|\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]')


def embedded_files(archive: DocumentArchive, parts: Sequence[BuiltPart], language: str) -> tuple[Embedded, ...]:
    """Each file once, under a name that no other has; the list of hashes last. Raises ProblemError where one has gone meanwhile."""
    files = list(_files(archive, parts, language))
    content = _manifest(parts, files)
    if content:
        said = _("SHA-256 of every document of this packet").text(translator(language))
        files.append(Embedded(MANIFEST, "text/plain", content, said, source=False))
    return tuple(files)


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _files(archive: DocumentArchive, parts: Sequence[BuiltPart], language: str) -> Iterator[Embedded]:
    seen: set[str] = set()
    names = {MANIFEST}
    for part in parts:
        for file in part.embedded:
            if file.digest not in seen:
                seen.add(file.digest)
                name = _unused(file.name, names)
                names.add(name.casefold())
                yield Embedded(name, file.media_type, archive.get(file.digest), part.title(language), source=part.refused is None)


def harmless_name(name: str) -> str:
    """Names come from outside: one must lead to no folder, begin no line of its own and turn no text around, wherever it is saved or shown."""
    clean = _STEERING.sub("_", name).strip(". ") or "_"
    stem, dot, suffix = clean.rpartition(".")
    return clean if len(clean) <= LONGEST_NAME else f"{(stem or suffix)[: LONGEST_NAME - len(suffix) - 1]}{dot}{suffix[:10]}"


def _unused(given: str, names: set[str]) -> str:
    name = harmless_name(given)
    stem, dot, suffix = name.rpartition(".")
    stem, ending = (stem, dot + suffix) if stem else (name, "")
    found, again = name, 1
    while found.casefold() in names:
        again += 1
        found = f"{stem}-{again}{ending}"
    return found


def _manifest(parts: Sequence[BuiltPart], files: Sequence[Embedded]) -> bytes:
    """As `sha256sum` writes it: each file that became pages, and each that is inside."""
    shown = [(part.file.digest, harmless_name(part.file.name)) for part in parts if part.file is not None]
    lines = dict.fromkeys([*shown, *((sha256_of(file.content), file.name) for file in files)])
    return "".join(f"{digest}  {name}\n" for digest, name in lines).encode()
