"""Table 1 of the paper on CorInfoMax, trained again; and the same rules compared alike.

Bozkurt, Pehlevan and Erdogan (2023), Correlative Information Maximization: A Biologically
Plausible Approach to Supervised Deep Neural Networks without Weight Symmetry,
https://arxiv.org/abs/2306.04810
"""

from homolog import errors
from homolog.studies._study import Choices, Part, Study
from homolog.studies._trained import SOURCE
from homolog.studies.table1 import fair, published


def _parts(choices: Choices) -> tuple[Part, ...]:
    if choices.fair:
        return fair.parts(choices)
    if choices.sizes is not None:
        allowed = "chosen only with fair: the rows of the table have sizes of their own"
        raise errors.bad_value("sizes", choices.sizes, allowed)
    return published.parts(choices)


STUDY = Study(
    name="table1",
    title="How well do brain-like rules learn?",
    source=SOURCE,
    parts=_parts(Choices()),
    takes=("data", "rules", "replicas", "epochs", "sizes", "fair", "train"),
    chosen=_parts,
)
