"""A program in the place of wkhtmltopdf that fails, hangs or dies when a test wants it to."""

from __future__ import annotations

import stat
from pathlib import Path

from cobranza_rules.letters.pdf import WkhtmltopdfEngine

SIMPLE_PDF = (
    b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
    b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << >> >>\nendobj\n"
    b"trailer\n<< /Root 1 0 R /Size 4 >>\n%%EOF\n"
)


def fake_program(folder: Path, script: str) -> WkhtmltopdfEngine:
    """`script` is run for each letter; `$target` is the file that it should write."""
    program = folder / "wkhtmltopdf"
    program.write_text(
        "#!/bin/sh\n"
        '[ "$1" = --version ] && echo "wkhtmltopdf 0.12.6" && exit\n'
        f"echo started >> {folder}/starts\n"
        f'while read -r line; do for target in $line; do :; done; echo "$line" >> {folder}/lines; {script}\nprintf "\\rDone" >&2; done\n'
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return WkhtmltopdfEngine(str(program), 1.0)
