"""How long something takes, how much of it is work of this process, and how many statements it sends."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from bench.results import Figure, figure, percentile


@dataclass(slots=True)
class Runs:
    """What each run of one act took."""

    wall_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    queries: list[int] = field(default_factory=list)

    @property
    def p50_ms(self) -> float:
        """What half of the runs do not exceed."""
        return percentile(self.wall_ms, 0.5)

    @property
    def p95_ms(self) -> float:
        """What all but one in twenty do not exceed."""
        return percentile(self.wall_ms, 0.95)

    @property
    def mean_cpu_ms(self) -> float:
        """Work of this process a run."""
        return sum(self.cpu_ms) / len(self.cpu_ms)


def measure(act: Callable[[], object] | Iterable[Callable[[], object]], *, runs: int, warm: int = 3) -> Runs:
    """Run an act, or several in turn, so many times; the first few runs fill caches and do not count."""
    acts = [act] if callable(act) else list(act)
    found = Runs()
    for number in range(-warm, runs):
        wall, cpu, queries = _once(acts[number % len(acts)])
        if number >= 0:
            found.wall_ms.append(wall)
            found.cpu_ms.append(cpu)
            found.queries.append(queries)
    return found


def figures_of(name: str, runs: Runs, *, floor: Runs | None, limits: Mapping[str, float]) -> list[Figure]:
    """Median, 95th percentile, work and statements of an act, the times beside those of the floor."""
    number = len(runs.wall_ms)
    rows = [
        ("p50_ms", runs.p50_ms, "ms", floor and floor.p50_ms),
        ("p95_ms", runs.p95_ms, "ms", floor and floor.p95_ms),
        ("cpu_ms", runs.mean_cpu_ms, "ms", floor and floor.mean_cpu_ms),
        ("queries", max(runs.queries), "SQL", floor and max(floor.queries)),
    ]
    return [
        figure(f"{name} {what}", value, unit, floor=beside or None, limits=limits, runs=number)
        for what, value, unit, beside in rows
    ]


def _once(act: Callable[[], object]) -> tuple[float, float, int]:
    sent: list[str] = []

    def count(execute: Any, sql: str, *rest: Any) -> Any:
        sent.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(count):
        wall, cpu = time.perf_counter(), time.process_time()
        act()
        cpu_ms, wall_ms = (time.process_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000
    return wall_ms, cpu_ms, len(sent)
