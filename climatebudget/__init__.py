"""Klimabudsjett: a municipality's climate budget, kept alongside budget and økonomiplan."""
