"""The climate budget as plain values and pure functions; no Flask, no SQL, no Excel here."""
