"""The command line of the benchmarks: `python -m benchmarks [cash|intake|letters|mail-in|mail-out|rules] [--n N] [--json FILE]`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from benchmarks import cash, intake, letters, mail_in, mail_out, rules
from benchmarks.figures import Figure, as_json, table
from benchmarks.measuring import MeasuringError

BENCHMARKS = {
    "cash": cash.measure,
    "intake": intake.measure,
    "letters": letters.measure,
    "mail-in": mail_in.measure,
    "mail-out": mail_out.measure,
    "rules": rules.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="script/bench", description="Measures the program beside a floor, and prints a table.")
    parser.add_argument("benchmark", nargs="?", choices=sorted(BENCHMARKS), help="which one; all of them where none is named")
    parser.add_argument("--n", type=int, help="size of the work, in place of the usual sizes")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also writes the figures to FILE")
    chosen = parser.parse_args()
    if chosen.n is not None and chosen.n < 1:
        parser.error("--n takes a number from 1")
    figures: list[Figure] = []
    try:
        for name in [chosen.benchmark] if chosen.benchmark else sorted(BENCHMARKS):
            figures += BENCHMARKS[name](chosen.n)
    except MeasuringError as error:
        sys.exit(f"bench: {error}")
    print(table(figures))
    if chosen.json is not None:
        chosen.json.write_text(json.dumps(as_json(figures), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
