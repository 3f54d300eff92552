"""One side of the figures of letters: `python -m benchmarks.letters_run SIDE ROWS N`.

SIDE is `word` or `word-and-pdf`, the program's own, or `docxtpl` or `docxtpl-and-pdfkit`, which do for each letter what the manuals of these
libraries show. Fields, the compiled template, and the HTML that the plain side prints are made before the clock starts; one letter comes before it, too.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import pdfkit
from click.termui import progressbar
from docxtpl import DocxTemplate

from benchmarks.measuring import Cost, cpu_seconds, peak_mb
from benchmarks.synthetic_letter import TEMPLATE, fields_for
from cobranza_rules.letters.pdf import PdfEngine, choose_engine
from cobranza_rules.letters.template import CompiledTemplate, compile_template

DIFFERENT = 20  # Letters with data of their own; they come round again and again.
LOOKED_AT = 25  # Letters after which the memory of the children is looked at.
Fields = dict[str, Any]


@cache
def template() -> CompiledTemplate:
    return compile_template(TEMPLATE.read_bytes(), TEMPLATE.name)


@cache
def engine() -> PdfEngine:
    return choose_engine("auto")


def word(fields: Fields, _page: str) -> None:
    assert template().word(fields).startswith(b"PK")


def word_and_pdf(fields: Fields, _page: str) -> None:
    assert template().word(fields).startswith(b"PK")
    assert engine().render(template().html(fields)).startswith(b"%PDF-")


def docxtpl(fields: Fields, _page: str) -> None:
    document = DocxTemplate(TEMPLATE)
    document.render(fields, autoescape=True)
    file = io.BytesIO()
    document.save(file)
    assert file.getvalue().startswith(b"PK")


def docxtpl_and_pdfkit(fields: Fields, page: str) -> None:
    docxtpl(fields, page)
    pdf = pdfkit.from_string(page, False, options={"quiet": ""})
    assert isinstance(pdf, bytes)
    assert pdf.startswith(b"%PDF-")


SIDES: Mapping[str, Callable[[Fields, str], None]] = {
    "word": word,
    "word-and-pdf": word_and_pdf,
    "docxtpl": docxtpl,
    "docxtpl-and-pdfkit": docxtpl_and_pdfkit,
}


def children_mb() -> float:
    """The most memory that a process which this one has started, and which runs, has had."""
    folder = Path("/proc/self/task")
    numbers = [number for task in folder.iterdir() for number in (task / "children").read_text().split()] if folder.exists() else []
    return max((peak_mb(int(number)) for number in numbers), default=0.0)


def main() -> None:
    side, rows, n = SIDES[sys.argv[1]], int(sys.argv[2]), int(sys.argv[3])
    letters = [fields_for(number, rows) for number in range(min(n, DIFFERENT))]
    pages = [template().html(fields) if sys.argv[1] == "docxtpl-and-pdfkit" else "" for fields in letters]
    side(letters[0], pages[0])
    engine().close()  # The processor time of a child counts when it has ended: that of the first letter before the clock starts
    start, children = cpu_seconds(), 0.0
    with progressbar(range(n), label=sys.argv[1], file=sys.stderr) as numbers:
        for number in numbers:
            side(letters[number % DIFFERENT], pages[number % DIFFERENT])
            if number % LOOKED_AT == 0 or number == n - 1:
                children = max(children, children_mb())
    engine().close()
    print(json.dumps(asdict(Cost(cpu_seconds() - start, peak_mb() + children))))


if __name__ == "__main__":
    main()
