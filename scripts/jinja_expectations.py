#!/usr/bin/env python3
"""Renders the Jinja cases with Python's Jinja2, set up as dbt has it, and compares the expected blocks.

    python scripts/jinja_expectations.py            # report differences
    python scripts/jinja_expectations.py --write    # and write what Jinja2 gives into the files

A case that differs on purpose says so in a line `Differs: <reason>` and keeps its text. Of a case that expects an
error only the failure is compared: the messages are our own.
"""

import datetime
import hashlib
import itertools
import json
import pathlib
import re
import sys

import jinja2
import jinja2.sandbox
import yaml

from case_file import headings

CASES = pathlib.Path(__file__).resolve().parent.parent / "tests" / "cases" / "jinja"
MACRO_BLOCK = re.compile(r"\{%-?\s*macro\s.*?\{%-?\s*endmacro\s*-?%\}", re.S)


class Returned(Exception):
    """`return(value)` on its way out of a macro."""


def returning(macro):
    def call(*args, **kwargs):
        try:
            return macro(*args, **kwargs)
        except Returned as returned:
            return returned.args[0]

    return call


def give_back(data):
    raise Returned(data)


def modules():
    found = {"datetime": {name: getattr(datetime, name) for name in ("date", "datetime", "time", "timedelta")}}
    names = "count cycle repeat accumulate chain compress islice starmap tee zip_longest product permutations"
    names += " combinations combinations_with_replacement"
    found["itertools"] = {name: getattr(itertools, name) for name in names.split()}
    found["re"] = {name: getattr(re, name) for name in re.__all__}
    try:
        import pytz

        found["pytz"] = {name: getattr(pytz, name) for name in ("timezone", "utc", "UTC", "all_timezones")}
    except ImportError:
        pass
    return found


def or_default(make):
    """dbt's functions that give a default for what Python's own refuse."""

    def call(*values, default=None):
        try:
            return make(*values)
        except TypeError:
            return default

    return call


def from_json(text, default=None):
    try:
        return json.loads(text)
    except ValueError:
        return default


def from_yaml(text, default=None):
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return default


def to_yaml(value, default=None, sort_keys=False):
    try:
        return yaml.safe_dump(value, sort_keys=sort_keys)
    except (ValueError, yaml.YAMLError):
        return default


def diff_of_two_dicts(first, second):
    second = {key.lower(): [item.lower() for item in items] for key, items in second.items()}
    left = {}
    for key, items in first.items():
        known = second.get(key.lower(), [])
        items = [item for item in items if item.lower() not in known]
        if items or key.lower() not in second:
            left[key] = items
    return left


def render(blocks):
    environment = jinja2.sandbox.SandboxedEnvironment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"])
    environment.filters |= {name: lambda value: value for name in ("as_text", "as_bool", "as_native", "as_number")}
    environment.filters["is_list"] = lambda value: isinstance(value, list)
    names = json.loads(blocks.get("context", "{}"))
    names |= {"return": give_back, "modules": modules(), "local_md5": lambda text: hashlib.md5(text.encode()).hexdigest()}
    names |= {"set": lambda value, default=None: or_default(set)(value, default=default), "zip": or_default(zip)}
    names |= {"set_strict": set, "zip_strict": zip, "diff_of_two_dicts": diff_of_two_dicts}
    names |= {"tojson": json.dumps, "fromjson": from_json, "toyaml": to_yaml, "fromyaml": from_yaml}
    # Each macro is a template of its own. All share one dict of names, so that each sees the macros behind it too.
    scope = {**environment.globals, **names}
    for text in MACRO_BLOCK.findall(blocks.get("macros", "")):
        # dbt renames macros, so that even a macro that calls itself finds the one that knows `return`.
        text = re.sub(r"(macro\s+)(\w+)", r"\1dbt_macro__\2", text, count=1)
        module = environment.from_string(text).make_module(scope, shared=True)
        for name, macro in vars(module).items():
            if isinstance(macro, jinja2.runtime.Macro):
                scope[name.removeprefix("dbt_macro__")] = returning(macro)
    return environment.from_string(blocks.get("jinja", "").strip()).render(scope)


def main():
    write = "--write" in sys.argv[1:]
    cases = differences = 0
    for path in sorted(CASES.rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        lines = text.split("\n")
        for heading, said, blocks in reversed(list(headings(text))):
            cases += 1
            if "Differs" in said or not blocks:
                continue
            word, expected, first, last = blocks[-1]
            try:
                answer, given = "text", render({block[0]: block[1] for block in blocks[:-1]})
            except Exception as error:  # what fails is the template, and any failure counts
                answer, given = "error", f"{type(error).__name__}: {error}"
            if answer == word and (word == "error" or given == expected):
                continue
            differences += 1
            print(f"{path.stem}::{heading}\n  file ({word}):\n{expected}\n  Jinja2 ({answer}):\n{given}\n")
            if write:
                lines[first:last] = ["```" + answer] + (given.split("\n") if given else [])
        if write:
            path.write_text("\n".join(lines), encoding="utf-8")
    print(f"{cases} cases, {differences} differences")
    return 1 if differences and not write else 0


if __name__ == "__main__":
    sys.exit(main())
