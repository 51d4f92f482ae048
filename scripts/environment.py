#!/usr/bin/env python3
"""Puts what tests need from PyPI into a virtual environment (`make readers`, `make fakesnow`).

    python scripts/environment.py tests/readers/requirements.txt target/readers

Versions are pinned in the file of requirements. The environment is made anew when that file or Python changes.
"""

import hashlib
import pathlib
import shutil
import subprocess
import sys
import venv


def main() -> int:
    requirements, folder = (pathlib.Path(path).resolve() for path in sys.argv[1:3])
    wanted = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()
    mark = folder / "made-of"
    if mark.exists() and mark.read_text(encoding="utf-8") == wanted:
        return 0
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--requirement"]
    done = subprocess.run([python, *install, requirements], check=False)
    if done.returncode != 0:
        print(f"what {requirements} names could not be installed into {folder}", file=sys.stderr)
        return done.returncode
    mark.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
