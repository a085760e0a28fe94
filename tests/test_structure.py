"""Folders exist where an import rule exists; here is the rule."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "climatebudget"

# Each folder or module, and what of ours it may import.
MAY_IMPORT = {
    "core": {"core"},
    "catalogue": {"catalogue", "core"},
    "translations": {"translations", "core"},
    "sheets": {"sheets", "core", "catalogue"},
    "db": {"db", "core", "catalogue", "files"},
    "demo": {"demo", "db", "sheets", "core", "catalogue", "translations"},
    "web": {"web", "db", "sheets", "core", "catalogue", "translations", "files"},
    "files.py": set(),
    "terminal.py": {"core", "files"},
    "cli": {
        "cli",
        "terminal",
        "files",
        "web",
        "db",
        "sheets",
        "core",
        "catalogue",
        "translations",
        "demo",
    },
    "__init__.py": set(),
}


def imports(file: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names = [a.name for a in node.names] if node.module == "climatebudget" else [""]
            yield from (((f"{node.module}.{name}").rstrip("."), node.lineno) for name in names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level, node.lineno


FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(PACKAGE)))
def test_a_folder_imports_only_what_it_may(file: Path):
    room = file.relative_to(PACKAGE).parts[0]
    for name, line in imports(file):
        assert not name.startswith("."), f"{file}:{line}: say the whole name"
        if name.startswith("climatebudget."):
            assert name.split(".")[1] in MAY_IMPORT[room], f"{file}:{line}: {room} imports {name}"


def test_the_core_needs_nothing_but_the_standard_library():
    import sys

    for file in (PACKAGE / "core").rglob("*.py"):
        for name, line in imports(file):
            ours = name.startswith("climatebudget")
            assert ours or name.split(".")[0] in sys.stdlib_module_names, f"{file}:{line}: {name}"


def test_only_db_speaks_sql_and_only_web_knows_a_request():
    for file in FILES:
        room = file.relative_to(PACKAGE).parts[0]
        found = {name.split(".")[0] for name, _ in imports(file)}
        if room not in ("db", "web", "cli", "demo"):
            assert not found & {"sqlalchemy", "flask"}, file
        if room == "db":
            assert "flask" not in found, file


def test_pandas_is_imported_only_where_it_is_used():
    """It doubles a process: never at the top of a module."""
    for file in FILES:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        top = [n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)]
        assert "pandas" not in " ".join(ast.unparse(n) for n in top), file


def test_no_text_of_a_person_is_ever_trusted_as_markup():
    """Autoescape everywhere: no |safe, no templates made of stored text."""
    root = PACKAGE.parent
    for template in (root / "templates").rglob("*.html"):
        assert "|safe" not in template.read_text(encoding="utf-8").replace(" ", ""), template
    for file in FILES:
        text = file.read_text(encoding="utf-8")
        assert "render_template_string" not in text and "Template(" not in text, file


def test_no_template_carries_a_style_or_a_script_of_its_own():
    for template in (PACKAGE.parent / "templates").rglob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert " style=" not in text and "<style" not in text, template
        assert "<script>" not in text and " onclick=" not in text, template


# What reads a workbook or XML and is not calamine, which is no XML library, or openpyxl.
OTHER_READERS = {"pandas", "polars", "fastexcel", "xlrd", "pyxlsb", "pyexcel", "odf", "lxml", "xml"}


def test_only_calamine_and_openpyxl_read_workbooks():
    for file in FILES:
        found = {name.split(".")[0] for name, _ in imports(file)}
        assert not found & OTHER_READERS, file
        if file.relative_to(PACKAGE).parts[0] != "sheets":
            assert not found & {"python_calamine", "openpyxl"}, file


def test_openpyxl_reads_xml_that_is_defused():
    """Without defusedxml it would follow entities; a module that uses it asserts so itself."""
    import openpyxl

    assert openpyxl.DEFUSEDXML is True
    for file in FILES:
        if "openpyxl" in {name.split(".")[0] for name, _ in imports(file)}:
            assert "assert openpyxl.DEFUSEDXML" in file.read_text(encoding="utf-8"), file


# What would read the process's own time zone.
LOCAL_TIME = {"today", "utcnow", "utcfromtimestamp", "localtime", "mktime", "naive"}


def test_no_module_asks_for_the_time_of_the_machine():
    """UTC inside, Oslo where it is shown: a clock is asked with its time zone."""
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                what, on = node.func.attr, ast.unparse(node.func.value)
                of_time = on.split(".")[-1] in ("datetime", "date", "time")
                assert not (of_time and what in LOCAL_TIME), f"{file}:{node.lineno}"
                if of_time and what in ("now", "fromtimestamp"):
                    assert node.args or node.keywords, f"{file}:{node.lineno}: no time zone"
                if what == "astimezone":
                    assert node.args, f"{file}:{node.lineno}: to which time zone?"
