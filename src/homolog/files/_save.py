"""Writing a population to a file, whole or not at all."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from homolog import errors
from homolog._write import replacing
from homolog.files._formats import FORMATS, MOST_BYTES_MAT5, Format
from homolog.files._record import SEAL, encoded
from homolog.files._table import lost_in_text
from homolog.representation import Representation

# What a message calls the parts of a population that a format may have no place for.
PARTS = {
    "stimuli": "stimulus labels",
    "neurons": "neuron labels",
    "missing": "missing responses",
    "groups": "groups",
    "unit": "a unit",
    "name": "a name other than its own",
    "dropped": "notes on what was left out",
}
REMEDY = "Save as .npz or .h5, which hold everything."


def save(representation: Representation, path: str | PathLike[str]) -> None:
    """Write a population to a file, from which `load` gives back the same one.

    Parameters
    ----------
    representation
        The population.
    path
        .npz, .h5, .hdf5, .mat (version 5) and .nc hold everything. .parquet holds
        (stimulus, neuron) responses with everything else; .csv and .tsv with their
        labels; .npy the responses alone. What a format cannot hold is refused, never
        left out. A file that exists is replaced, once the new one is complete.

    Raises
    ------
    HomologError
        HM013 when pyarrow is wanting for .parquet, HM024 for another format, HM033 for
        what the format cannot hold, HM034 when the file cannot be written.
    """
    path = Path(path)
    if path.suffix.lower() not in FORMATS:
        raise errors.unknown_format(path.name, path.suffix, list(FORMATS))
    form = FORMATS[path.suffix.lower()]
    lost = _lost(representation, path, form)
    if lost:
        raise errors.cannot_hold(path.name, " and ".join(lost), REMEDY)
    with replacing(path) as temporary:
        form.write(temporary, encoded(representation))


def _lost(x: Representation, path: Path, form: Format) -> list[str]:
    """Name what would not come back from a file of this format."""
    if form.is_table and x.dims != ("stimulus", "neuron"):
        return [f"the axes {', '.join(x.dims)}"]
    own_name = {"name"} if x.name == path.stem else set[str]()
    held = form.holds | own_name | {SEAL, "dims"}
    lost = [PARTS[key] for key in encoded(x) if key not in held]
    if path.suffix.lower() == ".mat" and x.responses.nbytes > MOST_BYTES_MAT5:
        lost.append("more than 2 GB")
    return lost + (lost_in_text(x) if path.suffix.lower() in (".csv", ".tsv") else [])
