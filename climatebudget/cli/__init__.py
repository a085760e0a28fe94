"""The program at the command line: the same calls as the pages, for the operator.

What is heavy is imported by the command that needs it.
"""

from climatebudget.cli import (  # noqa: F401 - each adds its commands to main
    backups,
    budgets,
    database,
    differences,
    edition_files,
    exchange,
    explaining,
    inventories,
    measures,
    national,
    observed,
    paths,
    places,
    running,
    users,
    versions,
)
from climatebudget.cli.context import main

__all__ = ["main"]
