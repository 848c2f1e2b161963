"""Write docs/measures.md from what the measures declare, or check that it is current.

Usage: python tools/measures_page.py [--check]
"""

import math
import sys
from pathlib import Path

from _page import keep, markdown, yes

from homolog import measures
from homolog.measures import _measured
from homolog.measures._aliases import called, not_built
from homolog.measures._measure import Measure

PAGE = Path(__file__).resolve().parents[1] / "docs" / "measures.md"

HEAD = """\
# Measures

<!-- Written by tools/measures_page.py: change the measures, then `make docs`. -->

Every measure takes two populations recorded on the same stimuli, the reference X and the candidate
Y, as (stimulus, neuron) arrays with one row per stimulus, and gives one number. The numbers of
neurons may differ. Measures that see single trials or time take a third axis between these two;
`homolog.compare` gives each measure what it sees. What a number means is decided by what the
measure ignores, its *invariances* (see the [glossary](glossary.md)):

| invariance | the score stays the same when… |
| --- | --- |
| shift | a constant is added to a neuron |
| scale | the whole population is multiplied by one positive number |
| permutation | neurons are put in another order |
| rotation | the space of neurons is rotated or reflected |
| neuron scale | each neuron is multiplied by its own positive number |
| linear | neurons are mixed by any invertible matrix |

The declarations below are tested in both directions: what is listed leaves the score alone, what
is not listed changes it. Below each measure stand its measured level of chance, every other
implementation that could be run, with its answer for one pair of published populations (50 stimuli,
10 and 10 neurons) and what that number is ([agreement.md](agreement.md) says more), and what others
call it: `homolog.measures.find` knows these names.
"""


SEEN = {
    "mean": "its mean response: (stimulus, neuron)",
    "trial": "every trial: (stimulus, trial, neuron)",
    "time": "its course in time: (stimulus, time, neuron)",
}


def page() -> str:
    """The whole page."""
    found = [measures.find(name) for name in measures.names()]
    return "\n".join([HEAD, overview(found), *map(section, found), absent()])


def absent() -> str:
    """Measures that others have, and why they are not here."""
    rows = [
        f"| {', '.join(f'`{n}`' for n in names)} | {why} |" for why, names in not_built().items()
    ]
    return "\n".join(["## Not built", "", "| measure | why not |", "| --- | --- |", *rows, ""])


def overview(found: list[Measure]) -> str:
    """One line for each measure."""
    rows = [
        f"| [{m.name}](#{m.name}) | {m.title} | {number(m.worst)} → {number(m.best)} |"
        f" {yes(m.symmetric)} | {yes(m.metric)} | {yes(m.biased)} |"
        for m in found
    ]
    head = "| measure | what it says | worst → best | symmetric | metric | biased |"
    return "\n".join([head, "| --- " * 6 + "|", *rows, ""])


def section(m: Measure) -> str:
    """Everything that a measure declares, then what its docstring says."""
    facts = {
        "range": f"{number(m.worst)} (worst) to {number(m.best)} (best)",
        "kind": m.kind,
        "symmetric": yes(m.symmetric),
        "metric": yes(m.metric),
        "invariances": invariances(m),
        "biased with few stimuli": yes(m.biased),
        "sees of each stimulus": SEEN[m.sees],
        "fits on some stimuli, scores on others": yes(m.fits),
        "gradients": yes(m.smooth),
        "options": ", ".join(f"`{key}={value!r}`" for key, value in m.defaults.items()) or "none",
        "source": f"<{m.source}>",
    }
    table = "\n".join(f"| {key} | {value} |" for key, value in facts.items())
    citation = f"```bibtex\n{m.citation.strip()}\n```"
    head = [f"## {m.name}", "", "| | |", "| --- | --- |", table, "", markdown(m), "", citation, ""]
    return "\n".join([*head, *chance_levels(m), *agreement(m), *other_names(m)])


def chance_levels(m: Measure) -> list[str]:
    """What unrelated populations score."""
    found = _measured.chance(m.name)
    if not found:
        return []
    sizes = list(dict.fromkeys((row.n_stimuli, row.n_neurons) for row in found))
    rows = {row.measure: [] for row in found}
    for row in found:
        rows[row.measure].append(f"{row.mean} ± {row.deviation}" if row.mean else "refused")
    return [
        f"**Measured chance**: two populations of independent Gaussian responses{repeats(m)}, mean",
        f"and standard deviation of {found[0].n_draws} draws.",
        "",
        "| | " + " | ".join(f"{m} stimuli, {n} neurons" for m, n in sizes) + " |",
        "| --- " * (len(sizes) + 1) + "|",
        *(f"| `{label}` | {' | '.join(cells)} |" for label, cells in rows.items()),
        "",
    ]


def repeats(m: Measure) -> str:
    """How many trials or times they have, as tools/chance_levels.py draws them."""
    return {"mean": "", "trial": " in 4 trials", "time": " at 20 times"}[m.sees]


def agreement(m: Measure) -> list[str]:
    """Who else computes it, and what else goes by its name."""
    rows = [
        f"| {row.implementation} | {row.call} | {row.answer} | {row.ours} |"
        f" {row.apart or 'another number'} |"
        for row in _measured.agreement(m.name)
    ]
    head = [
        "| implementation | its name | its answer | what that is | apart |",
        "| --- " * 5 + "|",
    ]
    return folded("Agreement with other implementations", [*head, *rows]) if rows else []


def other_names(m: Measure) -> list[str]:
    """What others call it, by variant."""
    rows = [
        f"| `{variant}` | {', '.join(f'`{name}`' for name in others)} |"
        for variant, others in called(m.name).items()
    ]
    head = ["| variant | names |", "| --- " * 2 + "|"]
    return folded("What others call it", [*head, *rows]) if rows else []


def folded(title: str, lines: list[str]) -> list[str]:
    """A table that is shown when asked for."""
    summary = f"<summary>{title} ({len(lines) - 2})</summary>"
    return ["<details>", summary, "", *lines, "", "</details>", ""]


def invariances(m: Measure) -> str:
    """What may be done to X, and to Y where that differs."""
    of_x, of_y = (
        ", ".join(sorted(word.replace("_", " ") for word in words)) or "none"
        for words in (m.invariant_to, m.candidate_invariant_to)
    )
    return of_x if of_x == of_y else f"of X: {of_x}; of Y: {of_y}"


def number(value: float) -> str:
    """A range's end: 0, 1, π/2, ∞."""
    for known, shown in ((math.inf, "∞"), (-math.inf, "−∞"), (math.pi / 2, "π/2"), (math.pi, "π")):
        if math.isclose(value, known):
            return shown
    return f"{value:g}".replace("-", "−")


if __name__ == "__main__":
    sys.exit(keep(PAGE, page(), "measures"))
