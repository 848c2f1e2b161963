"""What families of measures conclude about the same recordings, where they differ, and why.

That conclusions depend on the measure is said by Soni, Srivastava, Kording and Khosla (2024),
Conclusions about Neural Network to Brain Alignment are Profoundly Impacted by the Similarity
Measure, https://doi.org/10.1101/2024.08.07.607035, of networks and brains; here recordings are
compared with each other. Each part is a file: a question, its work, its figure, its judgement.
"""

from homolog.studies._study import Study
from homolog.studies.families import alike, answers, changes, little, ranking

STUDY = Study(
    name="families",
    title="What do families of measures conclude about the same recordings?",
    source="https://doi.org/10.1101/2024.08.07.607035",
    parts=(alike.PART, ranking.PART, answers.PART, little.PART, changes.PART),
)
