"""What the paper of synaptic balancing claims, figure by figure, and real connectomes.

Stock, Harvey, Ocko and Ganguli (2022), https://doi.org/10.1371/journal.pcbi.1010418. Each
figure is a file here: a question, its work, its drawing and its judgement of the claims.
"""

from homolog import errors
from homolog.studies._study import Choices, Part, Study
from homolog.studies.synaptic_balancing import (
    connectomes,
    equivalent,
    ring,
    robustness,
    topology,
    training,
)

FIGURES = ("1", "3", "4a", "4b", "5", "connectomes")


def _parts(choices: Choices) -> tuple[Part, ...]:
    parts = (
        equivalent.PART,
        topology.PART,
        training.part(choices),
        robustness.part(choices),
        ring.PART,
        connectomes.PART,
    )
    named: dict[str, Part] = dict(zip(FIGURES, parts, strict=True))
    return tuple(named[one] for one in _chosen(choices))


def _chosen(choices: Choices) -> tuple[str, ...]:
    """Figures in the order of the paper; HM025 for one that is not there."""
    wanted = FIGURES if choices.figures is None else tuple(map(_plain, choices.figures))
    for one in wanted:
        if one not in FIGURES:
            raise errors.bad_value("figure", one, ", ".join(FIGURES))
    return tuple(one for one in FIGURES if one in wanted)


def _plain(name: str) -> str:
    return name.strip().lower().removeprefix("figure").strip(" -")


STUDY = Study(
    name="synaptic-balancing",
    title="What does synaptic balancing do for a network?",
    source="https://doi.org/10.1371/journal.pcbi.1010418",
    parts=_parts(Choices()),
    takes=("figures", "replicas", "train"),
    chosen=_parts,
)
