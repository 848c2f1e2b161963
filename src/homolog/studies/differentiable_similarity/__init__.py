"""What a high similarity score says about what is encoded: figures 2 and 3 of the paper.

Cloos, Siegel, Brincat, Miller, Yang and Cueva (2024), Differentiable Optimization of
Similarity Scores Between Models and Brains, https://arxiv.org/abs/2407.07059. Each part is a
question, its work, its figure and its judgement of the claims.
"""

from homolog import errors
from homolog.studies._study import Choices, Part, Study
from homolog.studies.differentiable_similarity import (
    perturbation,
    recordings,
    region,
    spectrum,
    toy,
)

FIGURES: dict[str, tuple[Part, ...]] = {
    "2": recordings.PARTS,
    "3ab": (toy.PART, spectrum.PART),
    "3c": (perturbation.PART,),
    "3d": (region.PART,),
}


def _parts(choices: Choices) -> tuple[Part, ...]:
    """Parts of the figures asked for, in the order of the paper; HM025 for another figure."""
    wanted = tuple(FIGURES) if choices.figures is None else tuple(map(_plain, choices.figures))
    for one in wanted:
        if one not in FIGURES:
            raise errors.bad_value("figure", one, ", ".join(FIGURES))
    return tuple(part for name, parts in FIGURES.items() if name in wanted for part in parts)


def _plain(name: str) -> str:
    return name.strip().lower().removeprefix("figure").strip(" -")


STUDY = Study(
    name="differentiable-similarity",
    title="What does a high similarity score say about what is encoded?",
    source="https://arxiv.org/abs/2407.07059",
    parts=_parts(Choices()),
    takes=("figures",),
    chosen=_parts,
)
