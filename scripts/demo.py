#!/usr/bin/env python3
"""Generates patients, builds and tests the bundled project, prints what came out (`make demo`)."""

import json
import subprocess
import sys
from pathlib import Path

PATIENTS = 1000
RAW = "target/synthea"


def show(martlet: str, query: str) -> list:
    """Asks the built database."""
    command = [martlet, "--quiet", "show", "--output", "json", "--limit", "-1", "--inline", query]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["show"]


def main() -> int:
    martlet = sys.argv[1]
    steps = (
        ["generate", "synthea", "--patients", str(PATIENTS), "--seed", "1", "--out", RAW],
        # A database of an earlier version may hold tables of other columns.
        ["build", "--full-refresh"],
    )
    for step in steps:
        code = subprocess.run([martlet, *step], check=False).returncode
        if code != 0:
            return code
    print("\n30-day readmissions by definition")
    for row in show(martlet, "select * from {{ ref('readmission_summary') }} order by definition"):
        print(f"  {row['definition']:<16} {row['readmitted_count']:>4} of {row['index_count']:>5}  {row['readmission_rate']:.1%}")
    (stay,) = show(martlet, "select * from {{ ref('length_of_stay') }} where grain = 'stay'")
    print(f"\nmean stay            {stay['avg_los_days']:.2f} days over {stay['n']} stays (median {stay['median_los_days']:.0f})")
    (count,) = show(martlet, "select count(*) as patients from {{ ref('patient_fact') }}")
    print(f"patients             {count['patients']}")
    print("\nThe rates are designed into the generated data; real exports give others.")
    print(f"\nraw files            {Path(RAW).resolve()}")
    print(f"database             {Path('healthcare.duckdb').resolve()} (schemas staging, intermediate, analytics)")
    print(f"compiled SQL         {Path('target/martlet/compiled').resolve()}")
    print(f"artifacts            {Path('target/martlet').resolve()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
