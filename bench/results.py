"""What was measured: figures, their limits, and where they are written."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value; the limits that the issue sets, if any; how many times the floor of the same run it is."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    ratio: float | None = None
    runs: int = 1
    least: float | None = None

    @property
    def is_broken(self) -> bool:
        """Whether the value is above its limit, or below what it must reach."""
        is_above = self.limit is not None and self.value > self.limit
        return is_above or (self.least is not None and self.value < self.least)


def figure(  # noqa: PLR0913  each is a column of the result
    name: str,
    value: float,
    unit: str,
    *,
    floor: float | None = None,
    limits: Mapping[str, float] | None = None,
    least: Mapping[str, float] | None = None,
    runs: int = 1,
) -> Figure:
    """A figure under the limit of its name, or above the least of it, beside its floor."""
    ratio = round(value / floor, 2) if floor else None
    return Figure(name, round(value, 3), unit, (limits or {}).get(name), ratio, runs, (least or {}).get(name))


def percentile(values: Iterable[float], share: float) -> float:
    """The value that so large a share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def write(group: str, figures: Sequence[Figure], *, folder: Path = RESULTS) -> Path:
    """Keep the figures of a group as JSON, in place of those of the run before."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{group}.json"
    path.write_text(json.dumps([asdict(one) for one in figures], indent=1) + "\n", encoding="utf-8")
    return path


def table(figures: Sequence[Figure]) -> str:
    """The figures for a person to read; a broken limit is marked."""
    lines = [f"{'':2}{'figure':44}{'value':>12} {'unit':8}{'limit':>8}{'× floor':>9}{'runs':>7}"]
    for one in figures:
        mark = "!" if one.is_broken else " "
        limit = "" if one.limit is None else f"{one.limit:g}"
        limit = limit if one.least is None else f"≥ {one.least:g}"
        ratio = "" if one.ratio is None else f"{one.ratio:g}"
        lines.append(f"{mark} {one.name:44}{one.value:>12g} {one.unit:8}{limit:>8}{ratio:>9}{one.runs:>7}")
    return "\n".join(lines)
