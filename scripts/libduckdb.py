#!/usr/bin/env python3
"""Puts the prebuilt DuckDB library for this platform into a folder (`make libduckdb`).

The library comes from the npm package of DuckDB's own Node bindings, which is built with the
icu, json and parquet extensions. The archive is checked against the SHA-512 pinned below.
"""

import base64
import hashlib
import io
import os
import platform
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VERSION = "1.5.5-r.5"
PACKAGES = {
    ("linux", "x86_64"): (
        "linux-x64", "libduckdb.so",
        "kCyq6BXhn6QXfwF8yVdVKriSSHP+rfVWcJ56cG8qZzlOZpxyvT5WGm6jMshxg4ditLlOsHsIN/D47RYrcjXuHQ=="),
    ("linux", "aarch64"): (
        "linux-arm64", "libduckdb.so",
        "CafH2AIvXtpwDynG3KB/4uEOHRGlFoB7auCRMIwH3BKNIobsANV5LSpDJ3tfyRCFIsK6e8AT1eseWVnu2Dv3cw=="),
    ("darwin", "arm64"): (
        "darwin-arm64", "libduckdb.dylib",
        "WJdeLTFy4pRg60rkbp9smtlP1iIQ8ErtIJkxS+2LQtM1ZZMSByyW+3WPpNoKe7IwPtVl2fLlPw7tDmQW4Z974g=="),
    ("darwin", "x86_64"): (
        "darwin-x64", "libduckdb.dylib",
        "rN0KjX13MwVQ5V5ufykolty/tf4SaafOpGWcUA1Cegf98jPeRdsJsEE1IMXn8n3u6WvMSZEVJmHJ3ma4Hr7Vzg=="),
}


def main() -> int:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "target/libduckdb")
    key = (sys.platform, platform.machine())
    if key not in PACKAGES:
        print(f"no prebuilt DuckDB library for {key[0]} on {key[1]}: build with `--features bundled`", file=sys.stderr)
        return 1
    name, library, sha512 = PACKAGES[key]
    stamp = folder / "VERSION"
    if (folder / library).is_file() and stamp.is_file() and stamp.read_text() == VERSION:
        return 0
    print(f"fetching DuckDB's library ({name}, {VERSION}) into {folder}", file=sys.stderr)
    archive = fetch(f"@duckdb/node-bindings-{name}@{VERSION}")
    found = base64.b64encode(hashlib.sha512(archive).digest()).decode()
    if found != sha512:
        print(f"the archive of @duckdb/node-bindings-{name}@{VERSION} has SHA-512 {found}, not {sha512}", file=sys.stderr)
        return 1
    unpack(archive, library, folder)
    stamp.write_text(VERSION)
    return 0


def fetch(package: str) -> bytes:
    """Packs one npm package without installing it or running any of its scripts."""
    with tempfile.TemporaryDirectory() as scratch:
        environment = {**os.environ, "npm_config_cache": str(Path(scratch) / "cache")}
        command = ["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", scratch, package]
        subprocess.run(command, check=True, env=environment, cwd=scratch, stdout=subprocess.DEVNULL)
        (archive,) = Path(scratch).glob("*.tgz")
        return archive.read_bytes()


def unpack(archive: bytes, library: str, folder: Path) -> None:
    """Writes the library and its licence to temporary names and renames them into place."""
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
        for member in (library, "LICENSE"):
            source = tar.extractfile(f"package/{member}")
            if source is None:
                raise SystemExit(f"the archive holds no package/{member}")
            part = folder / f"{member}.part"
            part.write_bytes(source.read())
            part.replace(folder / member)


if __name__ == "__main__":
    sys.exit(main())
