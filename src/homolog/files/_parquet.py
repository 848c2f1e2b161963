"""Parquet tables, by pyarrow: a column for each neuron."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np

from homolog import errors
from homolog.files._header import named_labels
from homolog.files._record import SEAL
from homolog.files._stored import Record, Stored, in_memory, require_room, texts

KEY = b"homolog"
WORDS = (SEAL, "unit", "name", "dropped")


def arrays_in_parquet(path: Path) -> dict[str, Stored]:
    """Return the responses and labels of a table."""
    parquet = _pyarrow()
    header = parquet.read_metadata(path)
    require_room(path, (header.num_rows, header.num_columns))
    table = parquet.read_table(path, page_checksum_verification=True, use_threads=False)
    metadata = table.schema.metadata or {}
    found = _ours(table, json.loads(metadata[KEY])) if KEY in metadata else _foreign(table, path)
    return {key: in_memory(np.asarray(one)) for key, one in found.items()}


def _pyarrow() -> Any:
    if importlib.util.find_spec("pyarrow") is None:
        raise errors.missing_extra("a .parquet table", "pyarrow", "io")
    import pyarrow.parquet

    return pyarrow.parquet


def _ours(table: Any, words: dict[str, Any]) -> dict[str, Any]:
    """Read what `write_parquet` wrote: labels from the metadata, nulls are missing."""
    columns = [column.combine_chunks() for column in table.columns[-words.pop("n_neurons") :]]
    missing = np.stack([column.is_null().to_numpy(zero_copy_only=False) for column in columns], 1)
    filled = [column.fill_null(0).to_numpy(zero_copy_only=False) for column in columns]
    found = {"responses": np.stack(filled, 1), "dims": ("stimulus", "neuron"), **words}
    return {**found, "missing": missing} if missing.any() else found


def _foreign(table: Any, path: Path) -> dict[str, Any]:
    """Read any table: labels from the index, the only column of words, or the first column."""
    import pandas

    frame = table.to_pandas()
    words = [one for one in frame if not pandas.api.types.is_numeric_dtype(frame[one])]
    if len(words) == 1 and isinstance(frame.index, pandas.RangeIndex):
        frame = frame.set_index(words.pop())
    if words:
        raise errors.text_columns([str(one) for one in words])
    names = [str(one) for one in frame]
    if names and isinstance(frame.index, pandas.RangeIndex) and named_labels(names, path):
        frame = frame.set_index(frame.columns[0])
    found = {"responses": frame.to_numpy(), "neurons": [str(one) for one in frame.columns]}
    if not isinstance(frame.index, pandas.RangeIndex):
        found["stimuli"] = frame.index.tolist()
    return found


def write_parquet(path: Path, record: Record) -> None:
    """Write a column for each neuron, and what a table has no place for in its metadata."""
    parquet = _pyarrow()
    import pyarrow

    responses, missing = record["responses"], record.get("missing")
    n_neurons = responses.shape[1]
    names = texts(record["neurons"]) if "neurons" in record else map(str, range(n_neurons))
    labels = {
        key: record[key].tolist() for key in ("stimuli", "neurons", "groups") if key in record
    }
    words: dict[str, Any] = {key: record[key].tolist() for key in WORDS if key in record}
    columns = [
        pyarrow.array(responses[:, i], mask=None if missing is None else missing[:, i])
        for i in range(n_neurons)
    ]
    if "stimuli" in record:
        columns = [pyarrow.array(labels["stimuli"]), *columns]
        names = ["stimulus", *names]
    metadata = {KEY: json.dumps({**words, **labels, "n_neurons": n_neurons}).encode()}
    table = pyarrow.Table.from_arrays(columns, names=[*names]).replace_schema_metadata(metadata)
    parquet.write_table(table, path, write_page_checksum=True)
