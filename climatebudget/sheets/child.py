"""Reading in a child process with limits, for no gate can promise that a file is harmless.

The child is a program of its own (`python -m climatebudget.sheets.child`), so that it inherits
nothing of the web process; it answers through a file. What it is allowed to use up is set
by itself, before it touches the upload.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

from climatebudget.core.reading import Reading
from climatebudget.core.table import Table
from climatebudget.sheets import inventories, measure_sheets, path_sheets
from climatebudget.sheets.accounting import Counts
from climatebudget.sheets.gate import Gate, check
from climatebudget.sheets.inventories import is_csv
from climatebudget.sheets.refusals import Refused

log = logging.getLogger(__name__)

LIMITS = {
    resource.RLIMIT_AS: 2_500_000_000,  # a million rows of twelve columns took 840 MB
    resource.RLIMIT_CPU: 180,
    resource.RLIMIT_FSIZE: 2_000_000_000,
    resource.RLIMIT_NOFILE: 64,
    resource.RLIMIT_CORE: 0,
}
WALL_SECONDS = 300
NICE = 10
READ, REFUSED, OUT_OF_MEMORY = 0, 3, 4  # how the child ends when it ends by itself
HERE = Path(__file__).parents[2]
PROGRAM = "climatebudget.sheets.child"
MEASURES, PATH = "measures", "path"
NONE: Mapping[tuple[str, str], str] = MappingProxyType({})


@dataclass(frozen=True)
class Request:
    """What the child is asked to read: an inventory, or a table of measures or of a path."""

    path: str
    file_name: str
    warnings: Sequence[str] = ()
    aliases: Sequence[tuple[str, str, str]] = ()
    area: str | None = None
    mark: str | None = None
    checks_sheets: bool = False
    table: str = ""  # MEASURES, PATH, or an inventory
    sheet: str | None = None  # of a table
    counted: Counts | None = None  # by the gate; a CSV file has none


def read_inventory(
    path: Path,
    file_name: str,
    aliases: Mapping[tuple[str, str], str] = NONE,
    area: str | None = None,
    mark: str | None = None,
    checks_sheets: bool = False,
) -> Reading:
    """Read an uploaded inventory; raises `Refused`, whose ``message`` is for the person.

    ``aliases`` are names an operator has added, (sector, source) → code; ``area`` is the number
    that was chosen, or None to go by the file's own name of it; ``mark`` is the decimal mark that
    was chosen, "," or "."; ``checks_sheets`` holds the sectors' sheets against the rows.
    """
    gate = None if is_csv(file_name) else _pass_gate(path)
    added = [(sector, source, code) for (sector, source), code in aliases.items()]
    name = str(path.resolve())
    request = Request(
        name,
        file_name,
        gate.warnings if gate else (),
        added,
        area,
        mark,
        checks_sheets,
        counted=gate.filled_rows if gate else None,
    )
    return Reading.from_bytes(read_in_child(request))


def read_table(path: Path, file_name: str, sheet: str | None = None) -> Table:
    """Read an uploaded table of measures; raises `Refused` as `read_inventory` does.

    ``sheet`` is the one that was chosen, or None for the one that looks most like such a table.
    """
    return _read_table(path, file_name, sheet, MEASURES)


def read_path_table(path: Path, file_name: str, sheet: str | None = None) -> Table:
    """Read an uploaded table of a reference path, as `read_table` does."""
    return _read_table(path, file_name, sheet, PATH)


def _read_table(path: Path, file_name: str, sheet: str | None, kind: str) -> Table:
    gate = None if is_csv(file_name) else _pass_gate(path)
    request = Request(
        str(path.resolve()),
        file_name,
        gate.warnings if gate else (),
        table=kind,
        sheet=sheet,
        counted=gate.filled_rows if gate else None,
    )
    return Table.from_bytes(read_in_child(request))


def _pass_gate(path: Path) -> Gate:
    """Readers show a formula without value and an error as blank, so these are refused here."""
    gate = check(path)
    if gate.error_cells:
        raise Refused("E_ERROR_CELL", str(gate.error_cells))
    if gate.formulas_without_value:
        raise Refused("E_FORMULA_NO_VALUE", str(gate.formulas_without_value))
    return gate


def read_in_child(request: Request) -> bytes:
    """What the child read, within the limits. Its death is a refusal like any other."""
    with TemporaryDirectory(prefix="climatebudget-") as folder:
        answer = Path(folder) / "answer"
        try:
            ended = subprocess.run(
                [sys.executable, "-m", PROGRAM, str(answer)],
                input=json.dumps(asdict(request)).encode(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=WALL_SECONDS,
                env=_environment(),
                cwd=folder,
            )
        except subprocess.TimeoutExpired as error:
            raise Refused("E_PARSER_LIMIT", "time") from error
        if ended.returncode == READ:
            return answer.read_bytes()
        if ended.returncode == REFUSED:
            raise Refused(**json.loads(answer.read_bytes()))
    raise _died(ended)


def _environment() -> dict[str, str]:
    """No secret of the web process goes along."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return {**kept, "PYTHONPATH": str(HERE), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def _died(ended: subprocess.CompletedProcess[bytes]) -> Refused:
    last = ended.stderr[-4000:].decode(errors="replace")
    log.warning("the reader ended with %s: %s", ended.returncode, last)
    if ended.returncode < 0 or ended.returncode == OUT_OF_MEMORY:
        return Refused("E_PARSER_LIMIT", f"signal {-ended.returncode}")
    return Refused("E_READER", f"exit {ended.returncode}")


def limit_ourselves() -> None:
    """From here on this process cannot take more than its share. There is no way back."""
    for kind, most in LIMITS.items():
        _, hard = resource.getrlimit(kind)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))
    os.nice(NICE)


def main(answer: Path) -> int:
    """The child: a request on standard input, what was read or a refusal into the file."""
    limit_ourselves()
    request = Request(**json.load(sys.stdin.buffer))
    try:
        found = _table(request) if request.table else _reading(request)
    except Refused as refused:
        answer.write_text(json.dumps({"code": refused.code, "detail": refused.detail}))
        return REFUSED
    except MemoryError:
        return OUT_OF_MEMORY
    answer.write_bytes(found.to_bytes())
    return READ


def _reading(request: Request) -> Reading:
    return inventories.read(
        Path(request.path),
        request.file_name,
        warnings=request.warnings,
        aliases={(sector, source): code for sector, source, code in request.aliases},
        area=request.area,
        mark=request.mark,
        checks_sheets=request.checks_sheets,
        counted=request.counted,
    )


def _table(request: Request) -> Table:
    path, name, sheet = Path(request.path), request.file_name, request.sheet
    if request.table == MEASURES:
        return measure_sheets.read(path, name, sheet, request.counted)
    return path_sheets.read(path, name, sheet, request.warnings, request.counted)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
