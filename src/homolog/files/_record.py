"""A population as a flat record of named arrays, the same in every format, and back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog.errors import HomologError
from homolog.files._stored import Record, texts
from homolog.representation import Representation

LABELS = ("stimuli", "neurons", "groups")
SEAL = "homolog_digest"
TEXTS = ("dims", "unit", "name", "dropped", SEAL)
BESIDE = (*LABELS, *TEXTS, "times", "missing")


def encoded(x: Representation) -> dict[str, NDArray[Any]]:
    """Return everything a population is as arrays of numbers and text.

    The digest stands first, so that a file cut off behind it is known to be cut off.
    """
    record: dict[str, Any] = {
        SEAL: digest(x),
        "responses": x.responses,
        "dims": x.dims,
        "stimuli": x.stimuli,
        "neurons": x.neurons,
        "times": x.times,
        "missing": x.missing,
        "groups": x.groups,
        "unit": x.unit or None,
        "name": x.name or None,
        "dropped": x.dropped or None,
    }
    return {key: np.asarray(value) for key, value in record.items() if value is not None}


def digest(x: Representation) -> str:
    """Return a fingerprint of everything a population is."""
    words = [x.dims, x.stimuli, x.neurons, x.times, x.groups, x.unit, x.name, x.dropped]
    responses = x.responses.astype(x.responses.dtype.newbyteorder("<"), copy=False)
    seal = hashlib.blake2b(digest_size=16)
    seal.update(json.dumps([*words, x.responses.shape, responses.dtype.str]).encode())
    seal.update(np.ascontiguousarray(responses).reshape(-1).view(np.uint8).data)  # no copy
    seal.update(b"" if x.missing is None else np.packbits(x.missing).tobytes())
    return seal.hexdigest()


def fields_of(record: Record) -> dict[str, Any]:
    """Return the fields of a Representation that a record holds, digest included."""
    fields: dict[str, Any] = {}
    for key, values in record.items():
        if key in ("unit", "name", SEAL):
            fields[key] = "".join(texts(values))
        elif key == "dropped":
            fields[key] = tuple(texts(values))
        elif key == "dims":
            fields[key] = tuple(" ".join(texts(values)).replace(",", " ").split())
        elif key in LABELS:
            text = values.dtype.kind in "UOS"
            fields[key] = texts(values) if text else values.ravel().tolist()
        elif key == "times":
            fields[key] = values.ravel().tolist()
        else:
            fields[key] = values
    dims = fields.get("dims", ())
    for key in {"responses", "missing"} & fields.keys():
        fields[key] = _with_last_axes(fields[key], len(dims))
    if "missing" in fields:
        fields["missing"] = fields["missing"].astype(bool)
    return fields


def _with_last_axes(values: NDArray[Any], n_axes: int) -> NDArray[Any]:
    """Give back the axes of length 1 that MATLAB takes from the end of an array."""
    return values.reshape(values.shape + (1,) * (n_axes - values.ndim))


def sealed(fields: Mapping[str, Any], path: Path, form: str) -> Representation:
    """Return the population that homolog wrote, unless a single bit of it changed (HM021)."""
    given: dict[str, Any] = {key: value for key, value in fields.items() if key != SEAL}
    why = "its contents are not those that were written"
    try:
        x = Representation(**given)
    except (HomologError, TypeError) as error:
        raise errors.unreadable(path, form, why) from error
    if digest(x) != fields[SEAL]:
        raise errors.unreadable(path, form, why)
    return x if x.name else replace(x, name=path.stem)
