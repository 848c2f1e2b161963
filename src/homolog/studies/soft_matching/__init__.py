"""What the paper of the soft matching distance claims, tested with planted truth.

Khosla and Williams (2024), Soft Matching Distance, https://arxiv.org/abs/2311.09466. Each
part is a file here: a question, its work, its figure and its judgement of the claims.
"""

from homolog.studies._study import Study
from homolog.studies.soft_matching import (
    counterparts,
    metric,
    rotation,
    scaling,
    seeds,
    sessions,
    sizes,
    wholes,
    widths,
)

STUDY = Study(
    name="soft-matching",
    title="What does soft matching see that other measures do not?",
    source="https://arxiv.org/abs/2311.09466",
    parts=(
        metric.PART,
        rotation.PART,
        wholes.PART,
        seeds.PART,
        sizes.PART,
        widths.PART,
        sessions.PART,
        counterparts.PART,
        scaling.PART,
    ),
)
