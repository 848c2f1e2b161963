"""JAX as it comes computes in float32: what judges ranks and penalties must know."""

import numpy as np
import pytest

from homolog.measures import find
from homolog.testing._populations import WIDE, pair

jax = pytest.importorskip("jax")


@pytest.mark.parametrize("name", ["linear_regression", "procrustes", "ridge", "unbiased_cka"])
def test_wide_and_rank_deficient_populations_score_the_same(name, rng):
    x, y = pair(rng, WIDE)
    doubled = np.c_[y, y]
    m = find(name)
    got = m(jax.numpy.asarray(x), jax.numpy.asarray(doubled))
    assert got.dtype == np.float32
    assert float(got) == pytest.approx(float(m(x, doubled)), abs=1e-4)
