"""The child that reads, with less than it really has, so that a test soon meets its limits."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from climatebudget.sheets import child

if __name__ == "__main__":
    child.LIMITS[resource.RLIMIT_AS] = 300_000_000
    sys.exit(child.main(Path(sys.argv[1])))
