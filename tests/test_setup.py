"""What a fresh machine installs is exactly what was reviewed."""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
VENDORED = tomllib.loads((ROOT / "VENDOR.toml").read_text(encoding="utf-8"))["vendored"]

A_PIN = re.compile(r"[a-z0-9.-]+==[^\s;]+")
A_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")
# The machine itself (127.0.0.1) may be named; no other address.
AN_ADDRESS = re.compile(r"\b(?:https?|file|git|ssh)://(?!(?:127\.0\.0\.1|localhost)\b)")
A_REGISTRY_OPTION = re.compile(r"(?<![\w-])--?(?:(?:extra-)?index-url|find-links|registry)")
A_PERSONS_PATH = re.compile(r"(?<![\w.$}])/(?:home|mnt|opt|root|Users|work)/")

SETUP_FILES = ("requirements/*", "*.toml", "Makefile", ".ci/*", "scripts/*", "**/*.toml", "**/*.sh")
NOT_OURS = {".git", ".venv", "vendor", "node_modules"}


def pins(lock: Path) -> list[str]:
    """The requirements of a lock file, each with its hashes on one line."""
    joined = lock.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in joined.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def setup_files() -> list[Path]:
    """The files that say what is installed, from where and how."""
    found = {path for pattern in SETUP_FILES for path in ROOT.glob(pattern) if path.is_file()}
    return sorted(path for path in found if not NOT_OURS & set(path.relative_to(ROOT).parts))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("lock", LOCKS, ids=name)
def test_every_pin_has_a_version_and_a_hash(lock: Path):
    """Nothing else stands in a lock file: no option, no address, no loose version."""
    found = pins(lock)
    assert len(found) > 20
    assert [pin for pin in found if not (A_PIN.match(pin) and A_HASH.search(pin))] == []


@pytest.mark.parametrize("chosen", ["run", "dev"])
def test_every_wish_is_locked(chosen: str):
    """What requirements/*.in asks for is pinned in the lock file beside it."""
    wishes = (ROOT / f"requirements/{chosen}.in").read_text(encoding="utf-8").split("\n")
    names = {wish.split("[")[0] for wish in wishes if wish and not wish.startswith("-r ")}
    locked = {pin.split("==")[0] for pin in pins(ROOT / f"requirements/{chosen}.lock")}
    assert names - locked == set()


def test_what_runs_is_what_was_tested():
    """Every pin of run.lock stands the same in dev.lock."""
    run, dev = (set(pins(ROOT / f"requirements/{chosen}.lock")) for chosen in ("run", "dev"))
    assert {pin.split(" ")[0] for pin in run} - {pin.split(" ")[0] for pin in dev} == set()


@pytest.mark.parametrize("path", setup_files(), ids=name)
def test_no_registry_and_no_machine_is_named(path: Path):
    """Each machine decides where its packages come from."""
    text = path.read_text(encoding="utf-8")
    patterns = (AN_ADDRESS, A_REGISTRY_OPTION, A_PERSONS_PATH)
    assert [found.group() for pattern in patterns for found in pattern.finditer(text)] == []


@pytest.mark.parametrize("entry", VENDORED, ids=lambda entry: entry["file"])
def test_a_vendored_file_is_what_was_fetched(entry: dict[str, str]):
    content = (ROOT / entry["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    assert all(entry[key] for key in ("package", "version", "member", "licence"))


def test_every_vendored_file_is_listed():
    folders = [ROOT / "climatebudget/web/static/vendor", ROOT / "tests/vendor"]
    there = {name(path) for folder in folders for path in folder.rglob("*") if path.is_file()}
    assert there == {entry["file"] for entry in VENDORED}


def test_one_changed_hash_is_refused(tmp_path: Path):
    """With the options of scripts/bootstrap.sh, on a package made here, without a network."""
    wheel = tiny_wheel(tmp_path)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    changed = ("0" if digest[0] != "0" else "1") + digest[1:]

    accepted = dry_run(wheel, digest)
    refused = dry_run(wheel, changed)

    assert accepted.returncode == 0, accepted.stderr
    assert refused.returncode != 0
    assert "DO NOT MATCH THE HASHES" in refused.stderr


def tiny_wheel(folder: Path) -> Path:
    """A package `tiny` 1.0 with one empty module."""
    about = "tiny-1.0.dist-info"
    files = {
        "tiny.py": "",
        f"{about}/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{about}/RECORD": f"tiny.py,,\n{about}/METADATA,,\n{about}/WHEEL,,\n{about}/RECORD,,\n",
    }
    wheel = folder / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return wheel


def dry_run(wheel: Path, digest: str) -> subprocess.CompletedProcess[str]:
    """What pip says to a lock file that holds only the wheel, with this hash."""
    lock = wheel.with_name("tiny.lock")
    lock.write_text(f"tiny==1.0 --hash=sha256:{digest}\n", encoding="utf-8")
    checks = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", str(lock)]
    offline = ["--dry-run", "--no-index", "--find-links", str(wheel.parent), "--no-cache-dir"]
    return subprocess.run(
        [*pip(), "install", "--disable-pip-version-check", *offline, *checks],
        capture_output=True,
        text=True,
        env={key: value for key, value in os.environ.items() if not key.startswith("PIP_")},
    )


def pip() -> list[str]:
    """The environment's pip, or the system's where Debian made the environment without."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    system = shutil.which("python3", path=os.environ.get("PATH", os.defpath))
    assert system, "python3 mangler på PATH"
    return [system, "-m", "pip", "--python", sys.executable]
