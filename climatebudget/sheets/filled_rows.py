"""How many rows of a sheet have something in them, counted in its bytes as they stream by.

Only what is sure is counted: a number, or a text that is not blank. So a reader that loses nothing
never has fewer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

ROW_END = re.compile(rb"</(?:\w+:)?row>")
VALUE = re.compile(rb"[^<>\s]\s*</(?:\w+:)?[vt]>")
ENDS = (b"</v>", b"</t>", b":v>", b":t>")  # without one of them there is no value to look for
SHARED = re.compile(
    rb"""<(?:\w+:)?c\b(?=[^<>]*\bt=["']s["'])[^<>]*>\s*<(?:\w+:)?v>\s*(\d+)\s*</(?:\w+:)?v>"""
)
STRING = re.compile(rb"<(?:\w+:)?si[\s/>]")
NO_TEXT = re.compile(rb"<(?:\w+:)?si\s*(?:/>|>(?:\s*<(?!/(?:\w+:)?si>)[^<>]*>)*\s*</(?:\w+:)?si>)")
SPACE = b"> \t\r\n"  # before the end of a value: there is none, or it may be blank
MOST_BLANK = 1000  # shared strings without text that are remembered
LONGEST = 2**22  # bytes of one shared string, or of one cell, that are waited for

Blank = frozenset[bytes]


def blank_strings(chunks: Iterable[bytes]) -> Blank | None:
    """The numbers of the shared strings that have no text; None when it cannot be told."""
    blank: set[bytes] = set()
    count, rest = 0, b""
    for chunk in chunks:
        joined = rest + chunk
        starts = [found.start() for found in STRING.finditer(joined)]
        if not starts:
            rest = joined[-64:]
            continue
        whole, rest = starts[:-1], joined[starts[-1] :]  # the last may not be all here
        empty = {found.start() for found in NO_TEXT.finditer(joined, 0, starts[-1])}
        if empty:
            blank |= {b"%d" % (count + n) for n, at in enumerate(whole) if at in empty}
        count += len(whole)
        if len(rest) > LONGEST or len(blank) > MOST_BLANK:
            return None
    if NO_TEXT.match(rest):
        blank.add(b"%d" % count)
    return frozenset(blank)


@dataclass
class FilledRows:
    """``blank`` is what `blank_strings` gave; with None no shared string counts as a value."""

    blank: Blank | None
    count: int = 0
    says: bool = False  # the row that has begun has a value
    cell: bytes = field(default=b"")  # the last cell that has begun, which may not be all here

    def see(self, part: bytes) -> None:
        """The next bytes of the sheet, up to the end of some tag."""
        joined = self.cell + part
        *ended, last = ROW_END.split(joined) if b":row>" in joined else joined.split(b"</row>")
        for row in ended:
            self.count += self.says or self._has_value(row)
            self.says = False
        begins = max(last.rfind(b"<c"), last.rfind(b":c"))
        if begins < 0 or len(last) - begins > LONGEST:
            begins = len(last)
        self.says = self.says or self._has_value(last[:begins])
        self.cell = last[begins:]

    def _has_value(self, row: bytes) -> bool:
        first = row.find(b"</v>")
        if first > 0 and not self.blank and self.blank is not None and row[first - 1] not in SPACE:
            return True  # most rows by far
        if first < 0 and not any(end in row for end in ENDS):
            return False
        if self.blank != frozenset():
            row = SHARED.sub(self._without_blank, row)
        return bool(VALUE.search(row))

    def _without_blank(self, cell: re.Match[bytes]) -> bytes:
        return b"" if self.blank is None or cell[1] in self.blank else cell[0]
