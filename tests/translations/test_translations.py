"""Nynorsk is whole: every sentence has its translation, and each is nynorsk."""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2 import nodes

from climatebudget.core.findings import Finding, Question
from climatebudget.core.reading import Reading, Skipped
from climatebudget.core.text import Text
from climatebudget.translations import catalogue, translator
from tests.language import bokmal_in

ROOT = Path(__file__).parents[2]


def load():
    """scripts/messages.py, which is no module of ours."""
    spec = importlib.util.spec_from_file_location("messages", ROOT / "scripts" / "messages.py")
    assert spec and spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


messages = load()
SENTENCES = sorted(messages.sentences())
NYNORSK = messages.translations("nn")


# ---- the catalogue -------------------------------------------------------------------------------


def test_every_sentence_is_translated():
    """`make messages` lists what is lacking in the catalogue itself."""
    assert [sentence for sentence in SENTENCES if not NYNORSK.get(sentence)] == []


def test_nothing_is_translated_that_nobody_says():
    assert sorted(NYNORSK.keys() - set(SENTENCES)) == []


def test_no_translation_is_a_guess():
    with (ROOT / "climatebudget" / "translations" / "nn.po").open("rb") as source:
        assert [m.id for m in read_po(source) if m.id and m.fuzzy] == []


def test_a_translation_has_the_values_of_its_sentence():
    def values(text: str) -> list[str]:
        return sorted(re.findall(r"%\(\w+\)s|%%|%$|%[^(]", text))

    different = {s: t for s, t in NYNORSK.items() if t and values(s) != values(t)}
    assert different == {}


def test_a_translation_begins_and_ends_as_its_sentence():
    """A space or a full stop that is lost shows in a page that is put together of parts."""
    for sentence, translated in NYNORSK.items():
        assert (translated[:1] == " ") == (sentence[:1] == " "), sentence
        assert translated[:1].isupper() == sentence[:1].isupper() or sentence[0] == "%", sentence
        for end in (" ", ".", ":", "?"):
            assert translated.endswith(end) == sentence.endswith(end), sentence


def test_a_translation_is_nynorsk():
    assert {t: words for t in NYNORSK.values() if (words := bokmal_in(t))} == {}


def test_the_program_reads_the_catalogue():
    assert catalogue("nn")["Klimatiltakene"] == "Klimatiltaka"
    assert translator("nn")("Utslippsramme") == "Utsleppsramme"
    assert translator("nb")("Utslippsramme") == "Utslippsramme"
    assert translator("nn")("Noe Kari har skrevet") == "Noe Kari har skrevet"


# ---- what is found in the code -------------------------------------------------------------------


@pytest.mark.parametrize(
    "source, found",
    [
        ('N_("Ett tall")', ["Ett tall"]),
        ('g.translate("Ett" "tall")', ["Etttall"]),
        ('_("Ett tall" if one else "Flere tall")', ["Ett tall", "Flere tall"]),
        ('say(N_("Ett %(what)s"), what=N_("tall"))', ["Ett %(what)s", "tall"]),
        ('class Size(Enum):\n    SMALL = "liten"\n    NONE = ""', ["liten"]),
        ("N_(text)", []),
        ('print("Ett tall")', []),
    ],
)
def test_sentences_are_found_in_python(source: str, found: list[str]):
    assert list(messages.in_python(source)) == found


@pytest.mark.parametrize(
    "source, found",
    [
        ('<p>{{ _("Ett tall") }}</p>', ["Ett tall"]),
        ('{{ _("Ett") if one else _("Flere %(n)s", n=2) }}', ["Ett", "Flere %(n)s"]),
        ('{{ _("Ett" if one else "Flere") }}', ["Ett", "Flere"]),
        ('{% set x = m.frame(_("Ett")) %}{{ m.unknown("ingen") }}', ["Ett", "ingen"]),
        ('{{ ngettext("Ett", "Flere", n) }}', ["Ett", "Flere"]),
        ("{{ _(stage.value) }}", []),
    ],
)
def test_sentences_are_found_in_templates(source: str, found: list[str]):
    assert sorted(messages.in_template(source)) == sorted(found)


# ---- what is not marked --------------------------------------------------------------------------


NAMES = {  # of the program, of units and formats: the same in both languages
    *(
        "Klimabudsjett",
        "CO",
        "CO₂",
        "CO₂e",
        "t",
        "kr",
        "sha256",
        "SHA",
        "tonn",
        "kl",
        "xlsx",
        "csv",
    ),
    *("nbsp", "ndash", "minus", "middot", "shy"),
}
SHOWN_ATTRIBUTES = re.compile(r'\b(?:aria-label|title|alt|placeholder|label)="([^"]*)"')
TAG = re.compile(r"<code>[^<]*</code>|<[^>]*>", re.DOTALL)  # a command is the same in both
CLASSES = re.compile(r'\b[a-z]+(-[a-z]+)+\b(="[^"]*")?')  # what a macro writes within a tag
LETTERS = re.compile(r"[^\W_]*[^\W\d_]+[^\W_]*")
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def plain_words(source: str) -> list[str]:
    """The words that a template says without a translator."""
    tree = messages.environment().parse(source)
    # A value stands where an expression was: tags and attributes may be cut in two by one.
    text = "".join(_data(tree))
    shown = [*SHOWN_ATTRIBUTES.findall(text), CLASSES.sub(" ", TAG.sub(" ", text))]
    found = LETTERS.findall(" ".join(shown).replace("\0", " "))
    return [word for word in found if word not in NAMES]


def _data(tree: nodes.Template) -> Iterator[str]:
    for output in tree.find_all(nodes.Output):
        for part in output.nodes:
            yield part.data if isinstance(part, nodes.TemplateData) else "\0"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda f: str(f.relative_to(ROOT)))
def test_a_template_says_nothing_without_a_translator(template: Path):
    assert plain_words(template.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source, found",
    [
        ("<h1>Klimatiltak</h1>", ["Klimatiltak"]),
        ('<p aria-label="Se mer">{{ x }}</p>', ["Se", "mer"]),
        ('<a class="b" href="{{ url }}">{{ _("Les") }}</a> CO<sub>2</sub>', []),
        ('<option value="a"{% if x %} selected{% endif %}>{{ label }}</option>', []),
    ],
)
def test_plain_words_are_found_in_a_template(source: str, found: list[str]):
    assert plain_words(source) == found


SAYING = {"Text": 0, "Finding": 1, "Question": 1, "Choice": 1, "say": 0, "flash": 0}
RAISING = {"Unreadable", "Ambiguous", "Locked", "Stale", "Taken", "Unknown", "ValidationError"}


def unmarked(source: str) -> Iterator[str]:
    """Sentences given to what shows or raises them without a mark that the extraction sees."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = messages.name_of(node.func)
        at = 0 if name in RAISING else SAYING.get(name)
        if at is not None and len(node.args) > at:
            given = node.args[at]
            if isinstance(given, ast.Constant | ast.JoinedStr):
                yield ast.unparse(given)


def test_what_is_said_in_python_is_marked():
    """A literal in `Text(…)`, `Finding(code, …)` or an exception would never be translated."""
    found = {
        f"{file.name}: {text}"
        for file in messages.python_files()
        for text in unmarked(file.read_text(encoding="utf-8"))
    }
    assert found == set()
    assert list(unmarked('Finding("code", "Ett tall")')) == ["'Ett tall'"]
    assert list(unmarked('Finding("code", N_("Ett tall"))')) == []


# ---- sentences in sentences ----------------------------------------------------------------------


def test_a_sentence_in_a_sentence_is_translated_with_it():
    text = Text("Tabellen mangler en kolonne for %(detail)s.", {"detail": Text("utslippskilde")})
    assert str(text) == "Tabellen mangler en kolonne for utslippskilde."
    shown = text.shown(translator("nn"))
    assert shown == "Tabellen manglar ei kolonne for utsleppskjelde."


def test_what_a_person_wrote_is_not_translated():
    """Only a `Text` is a sentence of ours; a plain value may be a word of ours by accident."""
    text = Text("«%(typed)s» er ikke et tall. Skriv for eksempel 1250,5.", {"typed": "stor ikke"})
    assert text.shown(translator("nn")).startswith("«stor ikke» er ikkje")


def test_a_sentence_with_percent_signs_and_no_values_is_said_as_it_is():
    assert Text("100 % sikkert").shown() == "100 % sikkert"


def test_a_stored_reading_can_be_said_in_either_language_afterwards():
    lacking = "Raden mangler %(column)s. Skriv det inn, eller slett raden."
    values = {"column": Text("utslippskilde")}
    reading = Reading(
        "fil.csv",
        "0" * 64,
        "area-table",
        ("",),
        1,
        (),
        skipped=(Skipped(2, lacking, values),),
        findings=(Finding("E_ROW", lacking, values),),
        questions=(Question("q", lacking, (), values),),
    )
    again = Reading.from_bytes(reading.to_bytes())
    assert again == reading
    for said in (again.skipped[0], again.findings[0], again.questions[0]):
        shown = said.shown(translator("nn"))
        assert shown == "Rada manglar utsleppskjelde. Skriv det inn, eller slett rada."
