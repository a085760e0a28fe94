"""Fetch every file that VENDOR.toml names, at the version it names, and write its sha256 there.

Needs npm, which nothing else here does. What changed is for the reader of the diff to judge.
"""

import hashlib
import subprocess
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "VENDOR.toml"


@contextmanager
def npm_package(name: str, version: str) -> Iterator[tarfile.TarFile]:
    """The archive that npm holds for one version of a package."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", "--pack-destination", folder, f"{name}@{version}"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as package:
            yield package


def read_member(package: tarfile.TarFile, member: str) -> bytes:
    """One file of the package; npm keeps them all under `package/`."""
    file = package.extractfile(f"package/{member}")
    if file is None:
        raise FileNotFoundError(member)
    return file.read()


def main() -> None:
    """Renew the files package by package, then the list."""
    text = LIST.read_text(encoding="utf-8")
    vendored = tomllib.loads(text)["vendored"]
    for (name, version), entries in groupby(vendored, itemgetter("package", "version")):
        with npm_package(name, version) as package:
            for entry in entries:
                content = read_member(package, entry["member"])
                digest = hashlib.sha256(content).hexdigest()
                state = "uendret" if digest == entry["sha256"] else "ENDRET"
                print(f"{state}  {entry['file']}  ({name} {version})")
                (ROOT / entry["file"]).write_bytes(content)
                text = text.replace(entry["sha256"], digest)
    LIST.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
