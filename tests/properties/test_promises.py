"""Every measure, in every variant, keeps every promise it declares."""

from collections.abc import Callable

import numpy as np
import pytest

from homolog.measures._measure import Measure
from homolog.testing import CHECKS
from properties.variants import VARIANTS


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("m", VARIANTS, ids=lambda m: m.label)
def test_promise_is_kept(
    m: Measure, check: Callable[[Measure, np.random.Generator], None], rng: np.random.Generator
) -> None:
    check(m, rng)
