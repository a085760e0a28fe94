"""Measuring: medians of CPU seconds over repeated runs, and peak memory of a process of its own."""

from __future__ import annotations

import multiprocessing
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MEBIBYTE = 1024  # ru_maxrss counts KiB on Linux


@dataclass(frozen=True)
class Row:
    what: str
    found: str
    bar: str


def cpu(work: Callable[[], Any], runs: int = 7) -> float:
    """Median CPU seconds of this process and its children, after one run that is not counted."""
    work()
    return statistics.median(_once(work) for _ in range(runs))


def _once(work: Callable[[], Any]) -> float:
    before = _used()
    work()
    return _used() - before


def _used() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def wall(work: Callable[[], Any], runs: int = 5) -> float:
    """Median seconds on the wall, after one run that is not counted."""
    work()
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def side_by_side(
    ours: Callable[[], Any], bare: Callable[[], Any], runs: int = 9
) -> tuple[float, float]:
    """CPU medians of two pieces of work run in turn, so that noise meets both alike."""
    ours(), bare()
    pairs = [(_once(ours), _once(bare)) for _ in range(runs)]
    return statistics.median(p[0] for p in pairs), statistics.median(p[1] for p in pairs)


def extra_memory(work: Callable[[], Any]) -> float:
    """MiB that the work adds to the peak of a process that has done it small once."""
    context = multiprocessing.get_context("fork")
    queue: Any = context.SimpleQueue()
    process = context.Process(target=_report_peak, args=(work, queue))
    process.start()
    found: float = queue.get()
    process.join()
    return found


def _report_peak(work: Callable[[], Any], queue: Any) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    work()
    queue.put((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / MEBIBYTE)
