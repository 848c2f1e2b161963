"""Write docs/agreement.md: who else computes our measures, and how far apart we are.

Usage: HOMOLOG_DATA=folder python -m tests.oracle.agreement
"""

import math
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.oracle import golden
from tests.oracle.expressions import OURS, difference, too_wide
from tests.oracle.peers import PEERS, Peer
from tests.oracle.populations import POPULATIONS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "agreement.md"
CHECKOUTS = {
    "reference": "reference formulas",
    "netrep": "netrep (checkout)",
    "rsatoolbox": "rsatoolbox 0.3.2",
    "diffscore": "diffscore (checkout)",
    "resi": "ReSi (checkout)",
    "pypi_repsim": "repsim 0.1.5",
    "others": "as named",
    "registry": "similarity-repository (checkout)",
}

HEAD = """\
# Agreement with other packages

<!-- Written by tests/oracle/agreement.py; the words at its end too. -->

Who else computes our measures, in which convention, and how far apart the answers are. Names
alone do not say: the same name is often another number, so every line says in terms of our
measures what the other package returns. X is the reference, Y the candidate, M the number of
stimuli, N of neurons, r the rank, PR the participation ratio. Differences are the largest over all
populations, relative where the answer exceeds 1, rounded up to a power of ten.

The tests in `tests/oracle/` hold every line to its tolerance. Besides, `test_definitions.py` there
compares every measure with its definition written out naively, and `test_ridge.py` rebuilds `ridge`
from scikit-learn's `Ridge` (1e-8).
"""

LIVE = f"""\
## Packages run beside ours

Run on {len(POPULATIONS)} pairs of populations: equal and unequal numbers of neurons, more neurons
than stimuli, low rank, spike counts with ties, a rotated copy, and unrelated ones. Where there are
as many neurons as stimuli, `cca` refuses, and those pairs are left out of its lines.

| package | its call | ours | farthest apart |
| --- | --- | --- | --- |
"""

RECORDED = """\
## Published values

From a file of small populations that public implementations have scored, most of them not on the
package index. It stores 12 significant digits. The reference formulas are independent ones, by
singular values and linear programmes. A dissimilarity line compares the first three. Pairs on which
an implementation is known to be wrong (last section) are left out.

| implementation | its name | ours | farthest apart |
| --- | --- | --- | --- |
"""

EXCUSED = """\
### Values in that file that no measure of ours answers

| why | values |
| --- | --- |
"""

FACTS = """\
## Same name, another number

What a reader of scores from these packages may want to know. The first group is checked against
the installed release by `tests/oracle/test_disagreements.py` or by the tables above.

- **repsim 0.1.5** (PyPI): `cka(…, 'song')` and `cka(…, 'lange')` divide a debiased numerator by
  biased norms, so that a population and its rotation score below 1; the ratio of its `hsic(…,
  'song')` is debiased CKA. `cca(…, 'pillai')` is the mean correlation and `cca(…, 'yanai')` the
  mean squared one. With more neurons than stimuli it counts M directions where centring leaves
  M − 1.
- **pytorch-cka 1.1.3** clips negative debiased scores to 0, which biases their mean upwards near
  chance.
- **torch_cka 0.21** accumulates in single precision and reads two loaders side by side: with
  `shuffle=True` the stimuli of the two networks no longer correspond.
- **rsatoolbox 0.3.2**: `euclidean` dissimilarities are squared and divided by the number of
  neurons, and `bures_metric` is a squared distance. `rho-a` and `tau-a`, like
  ours, do not correct for ties.
  Correlation distances that are equal are ranked as rounding left them.
- **scikit-learn**: `r2_score` is the mean over neurons unless `multioutput="variance_weighted"`.
- **SciPy**: `spatial.procrustes` wants equal numbers of neurons; its disparity is 1 − nbs².

The second group is taken from the published values and the conventions recorded with them.

- **netrep**: `LinearCKA` is an angle. `PermutationMetric` fills the smaller population with silent
  neurons. For α < 1 eigenvalues below an absolute 1e-7 are raised, so data in small units score
  differently.
- **diffscore**: `linreg` fills a narrower candidate with zeros, of which its QR decomposition makes
  directions, so R² comes out too high; its cross-validated R² varies from run to run where the
  candidate's rank is deficient. `rsa-correlation-corr` equals CKA, not a correlation of correlation
  distances.
- **ReSi**: `SoftCorrelationMatch` lets neurons share partners: it is semi-matching. `Gulp`
  without penalty is a squared distance. `SVCCA` keeps one component unless the total variance is
  small; `PWCCA` depends on the mean response; `RSMNormDifference` is a largest singular value;
  `UniformityDifference` underflows to 0 unless rows have unit norm; `LinearRegression` inverts a
  matrix that is singular when neurons are redundant; `AlignedCosineSimilarity` and
  `PermutationProcrustes` do not centre.
- **platonic** adds 1e-6 to the denominator of CKA. **neuroaimetrics** computes soft matching in
  single precision.
- Three unrelated packages import as `repsim`; only the one on the package index is meant above.
"""


def page(file: dict[str, Any]) -> str:
    """The whole page, measured now."""
    live = "".join(f"{name} {apart(measured(peer))} |\n" for peer, name in peer_rows())
    recorded = "".join(
        f"{name} {apart(recorded_difference(file, source, key))} |\n"
        for source, key, name in golden_rows()
    )
    excused = "".join(f"{row}\n" for row in excused_rows())
    return "\n".join([HEAD, LIVE + live, RECORDED + recorded, EXCUSED + excused, FACTS])


def peer_rows() -> Iterator[tuple[Peer, str]]:
    """Every peer with its line, up to the difference."""
    for peer in PEERS:
        what = f"{peer.package} {version(peer.package)}"
        yield peer, f"| {what} | {peer.call} | {peer.expression} |"


def golden_rows() -> Iterator[tuple[str, str, str]]:
    """Source, key and line, up to the difference, of every published value we use."""
    for source, keys in golden.USED.items():
        for key, expression in keys.items():
            yield source, key, f"| {CHECKOUTS[source]} | `{key}` | {expression} |"


def excused_rows() -> Iterator[str]:
    """One line for each reason."""
    for reason, sources in golden.UNUSED.items():
        values = (f"{source} `{key}`" for source, keys in sources.items() for key in keys)
        yield f"| {reason} | {', '.join(values)} |"


def measured(peer: Peer) -> float:
    """The largest difference between a peer and us."""
    return max(
        difference(peer.score(x, y), OURS[peer.expression](x, y))
        for x, y in POPULATIONS.values()
        if peer.applies(x, y) and not too_wide(peer.expression, x, y)
    )


def recorded_difference(file: dict[str, Any], source: str, key: str) -> float:
    """The largest difference between a published value and ours."""
    expression = golden.USED[source][key]
    return max(
        difference(value, OURS[expression](x, y))
        for x, y, value in golden.answers(file, source, key)
        if not too_wide(expression, x, y)
    )


def apart(value: float) -> str:
    """A difference, rounded up to a power of ten that rounding does not move."""
    return f"≤ 1e{math.ceil(math.log10(max(value, 1e-14)) - 1e-9)}"


if __name__ == "__main__":
    PAGE.write_text(page(golden.load()), encoding="utf-8")
