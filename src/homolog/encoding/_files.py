"""The files of encoding scores."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from homolog._tables import csv_text, toml_table
from homolog._write import write_whole
from homolog.encoding._choice import bibtex
from homolog.encoding._words import NO_CEILING, UNSCORED, described

if TYPE_CHECKING:
    from homolog.encoding._encoding import Encoding


def neuron_records(found: Encoding) -> list[dict[str, Any]]:
    """One flat record for each layer and neuron, scored or not."""
    return [
        record
        for nth, layer in enumerate(found.layers)
        for record in [*_scored(found, nth, layer), *_unscored(found, layer)]
    ]


_SCORES = (
    "correlation",
    "share",
    "correlation_ceiling",
    "share_ceiling",
    "normalised_correlation",
    "normalised_share",
)


def _scored(found: Encoding, nth: int, layer: str) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = []
    for i, (neuron, region) in enumerate(zip(found.neurons, found.regions, strict=True)):
        raw = [float(found.correlation[nth, i]), float(found.share[nth, i])]
        tops = _tops(found, i)
        normal = [value / top if top else None for value, top in zip(raw, tops, strict=True)]
        status = NO_CEILING if found.ceilings is not None and None in tops else "scored"
        records.append(
            {
                "layer": layer,
                "region": region,
                "neuron": neuron,
                "status": status,
                "variance": float(found.variance[i]),
                **dict(zip(_SCORES, [*raw, *tops, *normal], strict=True)),
                **_setting(found, nth, i),
            }
        )
    return records


def _setting(found: Encoding, nth: int, neuron: int) -> dict[str, str]:
    """What was chosen for a neuron, fold by fold; no column where nothing is chosen."""
    if found.settings is None:
        return {}
    chosen = found.settings[nth, :, neuron]
    return {found.map.setting: " ".join(f"{one:.6g}" for one in chosen)}


def _tops(found: Encoding, neuron: int) -> Sequence[float | None]:
    if found.ceilings is None or not found.ceilings.repeats[neuron]:
        return None, None
    return float(found.ceilings.correlation[neuron]), float(found.ceilings.share[neuron])


def _unscored(found: Encoding, layer: str) -> list[dict[str, Any]]:
    nothing: dict[str, Any] = dict.fromkeys(("variance", *_SCORES))
    if found.settings is not None:
        nothing[found.map.setting] = ""
    return [
        {"layer": layer, "region": one.region, "neuron": one.neuron, "status": UNSCORED, **nothing}
        for one in found.unscored
    ]


def write(found: Encoding, folder: Path, command: str) -> Path:
    """Write scores.csv, neurons.csv, run.toml and refs.bib into `folder`."""
    summaries = [asdict(one) for one in found.summaries()]
    write_whole(folder / "scores.csv", csv_text(summaries).encode())
    write_whole(folder / "neurons.csv", csv_text(neuron_records(found)).encode())
    write_whole(folder / "run.toml", _run(found, command).encode())
    write_whole(folder / "refs.bib", bibtex(found).encode())
    return folder


def _run(found: Encoding, command: str) -> str:
    tables: dict[str, dict[str, Any]] = {
        "run": {
            "command": command,
            "brain": found.brain,
            "layers": list(found.layers),
            "layer_neurons": list(found.n_layer_neurons),
            "map": described(found.map),
            "stimuli": found.n_stimuli,
            "folds": found.n_folds,
            "split": found.split,
            **({} if found.n_groups is None else {"groups": found.n_groups}),
            "ceiling": "none" if found.ceilings is None else "split-half",
            "seed": found.seed,
            "warnings": list(found.warnings),
        },
        "digests": {"brain": found.digests[0], "layers": list(found.digests[1:])},
        "versions": versions(),
    }
    return "\n".join(toml_table(name, entries) for name, entries in tables.items())


def versions() -> dict[str, str]:
    """Of what computes the scores."""
    of_packages = {name: version(name) for name in ("homolog", "numpy", "scipy")}
    return {"python": platform.python_version(), **of_packages}
