"""The sentences of the program: which there are, and which of them a translation lacks.

``make messages`` writes every catalogue anew, sorted, with what is translated kept, and lists what
a translator must fill in. The command line speaks bokmål and is left out.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, nodes

ROOT = Path(__file__).parents[1]
PACKAGE, TEMPLATES = ROOT / "climatebudget", ROOT / "templates"
CATALOGUES = PACKAGE / "translations"
FOR_OPERATORS = ("cli", "cli.py", "terminal.py", "demo")
MARKS = {"N_", "_", "translate"}  # functions that take a bokmål sentence
TEMPLATE_MARKS = {"_", "gettext", "ngettext", "unknown"}  # the macro `unknown` translates its word
# Enums whose values are keys of the program or the same in every language; the others are words.
SILENT = {"figure.Column", "figure.Scope", "layouts.Layout", "listing.Kind", "quantity.Unit"}
HEADER = 'msgid ""\nmsgstr ""\n"Language: {}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'


def sentences() -> set[str]:
    """Every bokmål sentence that a page, a form, an import or an annex may show."""
    found: set[str] = set()
    for file in python_files():
        found.update(in_python(file.read_text(encoding="utf-8"), file.stem))
    for file in sorted(TEMPLATES.rglob("*.html")):
        found.update(in_template(file.read_text(encoding="utf-8")))
    return found


def python_files() -> list[Path]:
    files = sorted(PACKAGE.rglob("*.py"))
    return [f for f in files if f.relative_to(PACKAGE).parts[0] not in FOR_OPERATORS]


def in_python(source: str, module: str = "") -> Iterator[str]:
    """The literal texts given to a mark, and the words that enums stand for."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and node.args and name_of(node.func) in MARKS:
            yield from literals(node.args[0])
        elif isinstance(node, ast.ClassDef) and is_enum(node, module):
            values = (part.value for part in node.body if isinstance(part, ast.Assign))
            yield from (text for value in values for text in literals(value) if text)


def name_of(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def is_enum(node: ast.ClassDef, module: str) -> bool:
    return "Enum" in map(name_of, node.bases) and f"{module}.{node.name}" not in SILENT


def literals(node: ast.expr) -> Iterator[str]:
    """The text, or both texts of «this if so else that»."""
    if isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def in_template(source: str) -> Iterator[str]:
    for call in environment().parse(source).find_all(nodes.Call):
        if (name := _name(call.node)) in TEMPLATE_MARKS:
            for given in call.args[: 2 if name == "ngettext" else 1]:
                yield from (c.value for c in _constants(given) if isinstance(c.value, str))


def environment() -> Environment:
    return Environment(extensions=["jinja2.ext.i18n"], autoescape=True)


def _name(node: nodes.Node) -> str:
    return getattr(node, "attr", "") or getattr(node, "name", "")


def _constants(node: nodes.Node) -> Iterator[nodes.Const]:
    if isinstance(node, nodes.Const):
        yield node
    elif isinstance(node, nodes.CondExpr):
        yield from _constants(node.expr1)
        if node.expr2 is not None:
            yield from _constants(node.expr2)


# ---- a language's catalogue ----------------------------------------------------------------------


def translations(language: str) -> dict[str, str]:
    """Sentence → translation, empty where it is lacking or only guessed at (fuzzy)."""
    with (CATALOGUES / f"{language}.po").open("rb") as source:
        return {str(m.id): "" if m.fuzzy else str(m.string) for m in read_po(source) if m.id}


def rewrite(language: str) -> list[str]:
    """Write the catalogue anew and give back what it lacks; what is no longer said is left out."""
    known, wanted = translations(language), sorted(sentences())
    written = Catalog(locale=language, fuzzy=False)
    for sentence in wanted:
        written.add(sentence, known.get(sentence, ""))
    with (CATALOGUES / f"{language}.po").open("wb") as target:
        target.write(HEADER.format(language).encode())
        write_po(target, written, width=0, sort_output=True, omit_header=True, no_location=True)
    return [sentence for sentence in wanted if not known.get(sentence)]


def main() -> int:
    lacking = {f.stem: rewrite(f.stem) for f in sorted(CATALOGUES.glob("*.po"))}
    for language, sentences_left in lacking.items():
        print(f"{language}: {len(sentences_left)} uten oversettelse")
        print("\n".join(f"  {sentence!r}" for sentence in sentences_left))
    return 1 if any(lacking.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
