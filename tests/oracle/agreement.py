"""Who else computes our measures, and how far apart we are.

Writes docs/agreement.md and src/homolog/measures/agreement.csv.

Usage: HOMOLOG_DATA=folder python -m tests.oracle.agreement
"""

import csv
import math
import re
from collections.abc import Iterator
from dataclasses import astuple, fields, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from tests.oracle import golden
from tests.oracle.expressions import OURS, difference, too_wide
from tests.oracle.peers import PEERS, Peer
from tests.oracle.populations import POPULATIONS

from homolog.measures import names
from homolog.measures._measured import AGREEMENT, Row

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
an implementation is known to be wrong (last section) are left out. The answer shown is that for
the first pair, 50 stimuli and 10 neurons on either side.

| implementation | its name | its answer | ours | farthest apart |
| --- | --- | --- | --- | --- |
"""

EXCUSED = """\
### Values in that file that no measure of ours answers

All but three are rebuilt from the reason given, to the digits stored, in `tests/oracle/excused.py`:
that is what these numbers are. The others are ReSi's `PWCCA` and repsim's `svcca`, which no number
of components of either population gives.

| implementation | its name | its answer | why not |
| --- | --- | --- | --- |
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
  neurons, and `bures_metric` is a squared distance. `rho-a` and `tau-a` do not correct for ties,
  nor do ours. Correlation distances that are equal are ranked as rounding left them.
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


NEAREST = {
    r"ridge|Ridge|folds_cv": "ridge",
    r"LinearMetric\(alpha=0.0|CCA|cca|Eigenspace": "cca",
    r"LinearMetric|AlignedCosine": "procrustes",
    r"RSMNorm": "rsa",
    r"Uniformity": "uniformity_difference",
    r"cycle_knn|cknna": "neighbour_overlap",
    r"pairwisematching": "one_to_one_matching",
    r"PermutationProcrustes": "soft_matching",
    r"cka|hsic|dot_product": "cka",
}
"""Of values that no measure of ours answers: the measure of ours whose reader may look for them."""


def rows(file: dict[str, Any]) -> list[Row]:
    """Everything that is compared, measured now."""
    return [
        *(replace(row, apart=apart(measured(peer))) for peer, row in peer_rows()),
        *(
            replace(row, answer=answer(file, *key), apart=apart(recorded_difference(file, *key)))
            for key, row in golden_rows()
        ),
        *(replace(row, answer=answer(file, *key)) for key, row in excused_rows()),
    ]


def page(found: list[Row]) -> str:
    """The whole page."""
    live, recorded, excused = (
        "".join(f"{line(row)}\n" for row in found if (bool(row.answer), bool(row.apart)) == which)
        for which in ((False, True), (True, True), (True, False))
    )
    return "\n".join([HEAD, LIVE + live, RECORDED + recorded, EXCUSED + excused, FACTS])


def line(row: Row) -> str:
    """One line of a table, without the columns that its table does not have."""
    cells = (row.implementation, row.call, row.answer, row.ours, row.apart)
    return f"| {' | '.join(cell for cell in cells if cell)} |"


def peer_rows() -> Iterator[tuple[Peer, Row]]:
    """Every peer, without the difference."""
    for peer in PEERS:
        what = f"{peer.package} {version(peer.package)}"
        yield peer, Row(what, peer.call, "", peer.expression, "", about(peer.expression))


def golden_rows() -> Iterator[tuple[tuple[str, str], Row]]:
    """Every published value that we use, without answer and difference."""
    for source, keys in golden.USED.items():
        for key, expression in keys.items():
            of = about(expression)
            yield (source, key), Row(CHECKOUTS[source], f"`{key}`", "", expression, "", of)


def excused_rows() -> Iterator[tuple[tuple[str, str], Row]]:
    """Every published value that no measure of ours answers, without the answer."""
    for reason, sources in golden.UNUSED.items():
        for source, keys in sources.items():
            for key in keys:
                of = next(name for known, name in NEAREST.items() if re.search(known, key))
                yield (source, key), Row(CHECKOUTS[source], f"`{key}`", "", reason, "", of)


def about(expression: str) -> str:
    """The measures of ours that an expression speaks of."""
    called = (rf"(?<![a-z_]){name}(?![a-z_])" for name in names())
    return " ".join(
        name for name, one in zip(names(), called, strict=True) if re.search(one, expression)
    )


def answer(file: dict[str, Any], source: str, key: str) -> str:
    """What was published for the first pair for which something was."""
    published = (values.get(key) for values in file["values"][source].values())
    value = next(one for one in published if one is not None and not isinstance(one, str))
    return ", ".join(f"{float(one):.6g}" for one in np.atleast_1d(value))


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


def write(found: list[Row]) -> None:
    """The page, and the table that the documentation of a measure shows."""
    PAGE.write_text(page(found), encoding="utf-8")
    with AGREEMENT.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(field.name for field in fields(Row))
        table.writerows(map(astuple, found))


if __name__ == "__main__":
    write(rows(golden.load()))
