"""Does a test notice when a sign, a bound or a rounding of the reckoning is wrong?

`python -m tests.mutants statement overlap` changes one such thing at a time in these modules of
`core/`, runs the tests of `tests/core/` against each change, and prints those nobody noticed.
The program's files are never touched: a run of the tests reads the changed module instead.
"""

from __future__ import annotations

import ast
import copy
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType

ROOT = Path(__file__).parents[1]
CORE = ROOT / "climatebudget" / "core"
CHOSEN = "CLIMATEBUDGET_MUTANT"  # "statement:17": module, and which of its changes
SIGNS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
}
BOUNDS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}
ROUNDINGS = {"ROUND_HALF_UP": "ROUND_DOWN"}


def changes(tree: ast.Module) -> Iterator[tuple[ast.AST, str, object, object]]:
    """What can be changed: the node, the field, what it is and what it becomes."""
    for node in ast.walk(tree):
        match node:
            case ast.BinOp(op=op) if type(op) in SIGNS and not _is_text(node):
                yield node, "op", op, SIGNS[type(op)]()
            case ast.Compare(ops=[op, *_]) if type(op) in BOUNDS:
                yield node, "ops", node.ops, [BOUNDS[type(op)](), *node.ops[1:]]
            case ast.UnaryOp(op=ast.USub()):
                yield node, "op", node.op, ast.UAdd()
            case ast.Call(func=ast.Name(id=name)) if name in CALLS:
                yield node.func, "id", name, CALLS[name]
            case ast.Name(id=name) if name in ROUNDINGS:
                yield node, "id", name, ROUNDINGS[name]
            case ast.BoolOp(op=ast.And()):
                yield node, "op", node.op, ast.Or()
            case ast.BoolOp(op=ast.Or()):
                yield node, "op", node.op, ast.And()
            case ast.Constant(value=int() as value) if not isinstance(value, bool):
                yield node, "value", value, value + 1


def _is_text(node: ast.BinOp) -> bool:
    return any(isinstance(n, ast.JoinedStr) for n in (node.left, node.right)) or any(
        isinstance(n, ast.Constant) and isinstance(n.value, str) for n in (node.left, node.right)
    )


def mutated(source: str, index: int) -> tuple[ast.Module, str]:
    """The module with its change number ``index`` made, and the line in words."""
    tree = ast.parse(source)
    node, field, _, becomes = list(changes(tree))[index]
    before = ast.unparse(_line_of(tree, node))
    setattr(node, field, becomes)
    after = ast.unparse(_line_of(tree, node))
    return ast.fix_missing_locations(tree), f"{getattr(node, 'lineno', 0)}: {before} → {after}"


def _line_of(tree: ast.Module, node: ast.AST) -> ast.AST:
    """The smallest statement around the node, without the body of a block."""
    around = [s for s in ast.walk(tree) if isinstance(s, ast.stmt) and node in set(ast.walk(s))]
    found = copy.copy(min(around, key=lambda s: len(list(ast.walk(s)))))
    if hasattr(found, "body"):
        found.body = [ast.Pass()]
    return found


class Loader(SourceFileLoader):
    """Reads one module of `core/` with the chosen change."""

    def __init__(self, fullname: str, path: str, index: int) -> None:
        super().__init__(fullname, path)
        self.index = index

    def get_code(self, fullname: str) -> CodeType:
        tree, _ = mutated(Path(self.path).read_text(encoding="utf-8"), self.index)
        return compile(tree, self.path, "exec")


class Finder(MetaPathFinder):
    def __init__(self, module: str, index: int) -> None:
        self.name, self.index = f"climatebudget.core.{module}", index
        self.file = str(CORE / (module.replace(".", "/") + ".py"))

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self.name:
            return None
        loader = Loader(fullname, self.file, self.index)
        return spec_from_file_location(fullname, self.file, loader=loader)


def put_in_place() -> None:
    """The changed module where the real one would be; before anything has loaded it."""
    module, _, index = os.environ[CHOSEN].partition(":")
    assert f"climatebudget.core.{module}" not in sys.modules, "the real one is loaded already"
    sys.meta_path.insert(0, Finder(module, int(index)))


def nearest(module: str) -> list[str]:
    """The tests most likely to notice, to be asked first."""
    names = ["reconcile", "checks"] if module.startswith("checks.") else [module]
    own = [f"tests/core/test_{name}.py" for name in names]
    return [file for file in own if (ROOT / file).exists()]


def noticed(module: str, index: int) -> bool:
    """Whether some test of `tests/core/` fails, or never ends, with the change made."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    command += ["-p", "tests.mutants", *nearest(module), "tests/core"]
    environment = {**os.environ, CHOSEN: f"{module}:{index}"}
    try:
        run = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, check=False, timeout=900
        )
    except subprocess.TimeoutExpired:
        return True
    return run.returncode != 0


def main(modules: list[str]) -> int:
    survivors = 0
    for module in modules:
        source = (CORE / (module.replace(".", "/") + ".py")).read_text(encoding="utf-8")
        count = len(list(changes(ast.parse(source))))
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            found = list(pool.map(partial(noticed, module), range(count)))
        unseen = [i for i, seen in enumerate(found) if not seen]
        survivors += len(unseen)
        print(f"{module}: {count} changes, {len(unseen)} unnoticed", flush=True)
        for i in unseen:
            print(f"  {mutated(source, i)[1]}", flush=True)
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
if CHOSEN in os.environ:  # as a plugin of pytest
    put_in_place()
