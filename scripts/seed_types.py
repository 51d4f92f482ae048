#!/usr/bin/env python3
"""Makes `tests/rust/seed_types.csv`: columns of odd values, each named by the type that dbt Core gives it.

    python scripts/seed_types.py [--seed NUMBER] [--columns NUMBER] [FILE]

Wants dbt-core and dbt-duckdb in the Python that runs it. `tests/rust/seeds.rs` reads the file and compares types.
Columns of numbers beyond 32 bits are called `bigint`, which dbt calls `integer` and cannot load. What is left out
because it is read otherwise, and dbt cannot load it either: a lone comma among truths, `in,f`, and 28 digits in one
column with decimals.
"""

import argparse
import csv
import decimal
import io
import pathlib
import random
import warnings

import agate
from dbt.adapters.sql import SQLAdapter
from dbt_common.clients.agate_helper import build_type_tester

WHOLE = ["1", "007", "-3", "+4", "0", "2147483647", "2147483648", "-2147483649", "99999999999", "1" * 27, "1" * 31, "1_000"]
DECIMAL = ["1.0", "2.50", ".5", "5.", "-0.25", "1e3", "1E-3", "12e+2", "0e-9", "0.000", "1." + "0" * 33 + "1", "NaN", "inf", "-Infinity"]
MARKED = ["$5", "$-5", "-$5", "€1,000.50", "5%", "%5%", "1,000", "1,2,3", ",5", "$ 5", "- 5", "--5", "$€5", "€$5", "$", "%", "5 000", "１２", "ƒ3", "5-", "e5", "1e", "$1e3", "6_6%", "nan", "sNaN", "nano"]
DAYS = ["2024-01-01", "2024-1-2", "2024-02-30", "0000-01-01", "2024-13-01", "20240101", "2024/01/01", "24-01-01", "2024-01- 5", "1999-12-31 "]
TIMES = ["2024-01-01 01:02:03", "2024-1-1 1:2:3", "2024-01-01  01:02:03", "2024-01-01 24:00:00", "2024-01-01 01:02", "2024-01-01 01:02:60", "2024-02-30 01:02:03", "2024-01-01 01:02:03.5", "2024-01-01\t01:02:03"]
ISO = ["2024-01-01T01:02:03", "2024-01-01T01:02:03Z", "2024-01-01T01:02:03.5+01:00", "2024-01-01T01", "20240101T010203", "2024-W01-1T10:00", "2024W011T10", "2024-001T10:00", "2024001T10", "2024-02T10", "202413T10", "2024T10", "20T10", "2T10", "2024-02-30T10:00", "2024-00-05T10:00", "2024-01-01t10:00", "2024-01-01T24:00", "2024-01-01T10:60", "2024-01-01T10:00,5", "2024-01-01T10:00-0530", "T10", "2024-01-01T", "2024-01-01T10:00T"]
TRUTHS = ["true", "FALSE", "True", "t", "yes", "1", " true ", "tr,ue", "falsey"]
NOTHING = ["", "null", "NULL", " ", " null ", "n/a", "none", "."]
TEXTS = ["x", "a b", "nan na", "12 monkeys", "1.2.3", "#5", "é", "T", "W", "e", "-", "+", "_", "\xa05", "5\u2003", "\u20035\u2003", "a,b", 'say "x"', "line\nbreak", "'", "\\"]
GROUPS = [WHOLE, WHOLE + DECIMAL, DECIMAL, MARKED, WHOLE + MARKED, DAYS, TIMES, ISO, TRUTHS, TEXTS, NOTHING, DAYS + TIMES, TIMES + ISO]


def dbt_type(values):
    """Returns the SQL type of a column."""
    table = agate.Table([[value] for value in values], ["c"], column_types=build_type_tester(()))
    name = SQLAdapter.convert_agate_type(table, 0)
    numbers = [value for value in table.columns[0].values() if isinstance(value, decimal.Decimal)]
    if name == "integer" and any(not value.is_finite() for value in numbers):
        return "float8"
    if name == "integer" and any(not -(2**31) <= value < 2**31 for value in numbers):
        return "bigint"
    return name


def columns(number, rows):
    """Yields lists of values: first every odd value alone, then mixtures of them."""
    for value in sorted({value for group in GROUPS for value in group}):
        yield [value] + [""] * (rows - 1)
    for _ in range(number):
        group = random.choice(GROUPS + [sum(GROUPS, [])])
        yield [random.choice(NOTHING if random.random() < 0.2 else group) for _ in range(rows)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--columns", type=int, default=1500)
    parser.add_argument("file", nargs="?", type=pathlib.Path, default=pathlib.Path(__file__).parents[1] / "tests/rust/seed_types.csv")
    options = parser.parse_args()
    random.seed(options.seed)
    warnings.simplefilter("ignore")
    made = [(dbt_type(values), values) for values in columns(options.columns, 3)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([f"{name} {at}" for at, (name, _) in enumerate(made)])
    writer.writerows(zip(*(values for _, values in made)))
    options.file.parent.mkdir(parents=True, exist_ok=True)
    options.file.write_text(text.getvalue(), encoding="utf-8")


if __name__ == "__main__":
    main()
