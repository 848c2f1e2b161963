"""Input for which no score exists must be refused, with a code, never turned into a number."""

from collections.abc import Callable
from typing import Any

import numpy as np

from homolog.errors import HomologError
from homolog.measures._measure import Measure
from homolog.testing._populations import Population, pair, require


def _with_first(x: Population, first: float) -> Population:
    x = x.copy()
    x[0, 0] = first
    return x


_UNFIT: dict[str, tuple[str, Callable[[Population], Any]]] = {
    "a NaN": ("HM004", lambda x: _with_first(x, np.nan)),
    "an infinity": ("HM004", lambda x: _with_first(x, np.inf)),
    "constant responses": ("HM006", lambda x: np.full_like(x, 0.1)),
    "silent neurons": ("HM006", np.zeros_like),
    "complex numbers": ("HM016", lambda x: x + 1j),
    "text": ("HM017", lambda x: x.astype(str)),
    "objects": ("HM017", lambda x: x.astype(object)),
    "no neurons": ("HM018", lambda x: x[..., :0]),
    "two stimuli": ("HM019", lambda x: x[:2]),
    "one stimulus less": ("HM001", lambda x: x[:-1]),
    "stimuli and neurons exchanged": ("HM003", lambda x: x.swapaxes(0, -1)),
}

_UNFIT_MEANS: dict[str, tuple[str, Callable[[Population], Any]]] = {
    "three axes": ("HM007", lambda x: x[:, :, None]),
    "one axis": ("HM007", lambda x: x[:, 0]),
}

_UNFIT_TO_SEE: dict[str, tuple[str, Callable[[Population], Any]]] = {
    "four axes": ("HM082", lambda x: x[..., None]),
    "mean responses": ("HM082", lambda x: x.mean(axis=1)),
    "one trial or time": ("HM082", lambda x: x[:, :1]),
}


def check_refusals(m: Measure, rng: np.random.Generator) -> None:
    """Unfit input is refused on either side with the right code."""
    x, y = pair(rng, sees=m.sees)
    unfit = _UNFIT | (_UNFIT_MEANS if m.sees == "mean" else _UNFIT_TO_SEE)
    for what, (code, spoil) in unfit.items():
        _check_refused(m, f"{what} in the reference", code, spoil(x), y)
        _check_refused(m, f"{what} in the candidate", code, x, spoil(y))


def _check_refused(m: Measure, what: str, code: str, x: Any, y: Any) -> None:
    try:
        got = m(x, y)
    except HomologError as error:
        require(
            error.code == code, f"{m.label} refused {what} as {error.code}, not {code}: {error}"
        )
    except Exception as error:
        raise AssertionError(
            f"{m.label} fails on {what} with {type(error).__name__} ({error}), not HomologError"
        ) from error
    else:
        raise AssertionError(f"{m.label} gave {float(got):.6g} for {what}; it must refuse ({code})")
