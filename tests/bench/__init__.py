"""Measurements: `make bench` prints them as a table. Nothing here is a test."""
