"""One side of the figures of intake: `python -m benchmarks.intake_run SIDE PATH N`. SIDE is `cfdi`, `lxml`, `xlsx` or `calamine`.

The work is done twice, the second time counts, and nothing of a document is kept but its number. N is how many it must be.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

import python_calamine
from lxml import etree

from benchmarks.measuring import Cost, cpu_seconds, peak_mb
from cobranza_rules.intake.adminpaq import open_report
from cobranza_rules.intake.cfdi import examine_cfdi
from cobranza_rules.intake.recognise import Kind, recognise
from cobranza_rules.intake.sources import walk

TITLES = 3  # Rows above the documents of a report


def read_cfdi(folder: Path) -> int:
    """As an import does it: each file is found, told apart by its content, and read."""
    count = 0
    for file in walk([folder]):
        assert isinstance(file.content, bytes), file.content
        assert recognise(file.content, file.name) is Kind.CFDI, file.name
        examined = examine_cfdi(file.content, file.name)
        assert not examined.warnings, examined.warnings
        count += 1
    return count


def parse(folder: Path) -> int:
    count = 0
    for file in sorted(folder.iterdir()):
        etree.fromstring(file.read_bytes())
        count += 1
    return count


def read_workbook(file: Path) -> int:
    report = open_report(file.read_bytes(), file.name)
    count = sum(1 for _document in report)
    assert not report.told(), report.told()[0]
    return count


def cells(file: Path) -> int:
    with python_calamine.CalamineWorkbook.from_path(file) as workbook:
        return len(workbook.get_sheet_by_index(0).to_python()) - TITLES


SIDES: Mapping[str, Callable[[Path], int]] = {"cfdi": read_cfdi, "lxml": parse, "xlsx": read_workbook, "calamine": cells}


def main() -> None:
    side, path, n = SIDES[sys.argv[1]], Path(sys.argv[2]), int(sys.argv[3])
    used = 0.0
    for _turn in range(2):
        start = cpu_seconds()
        found = side(path)
        used = cpu_seconds() - start
        assert found == n, f"{found} were read, not {n}"
    print(json.dumps(asdict(Cost(used, peak_mb()))))


if __name__ == "__main__":
    main()
