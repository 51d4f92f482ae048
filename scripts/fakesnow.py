#!/usr/bin/env python3
"""Puts what the stand-in for Snowflake is made of into a virtual environment (`make fakesnow`).

    python scripts/fakesnow.py target/fakesnow

Versions are pinned in tests/snowflake/requirements.txt. The environment is made anew when that file or Python changes.
"""

import hashlib
import pathlib
import shutil
import subprocess
import sys
import venv

REQUIREMENTS = pathlib.Path(__file__).resolve().parent.parent / "tests" / "snowflake" / "requirements.txt"


def main() -> int:
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "target/fakesnow").resolve()
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()
    mark = folder / "made-of"
    if mark.exists() and mark.read_text(encoding="utf-8") == wanted:
        return 0
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--requirement"]
    done = subprocess.run([python, *install, REQUIREMENTS], check=False)
    if done.returncode != 0:
        print(f"the stand-in for Snowflake could not be installed into {folder}", file=sys.stderr)
        return done.returncode
    mark.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
