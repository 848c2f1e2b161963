"""What a gauge audit rests on and how it was made: references, settings, run.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from homolog import _citations
from homolog._tables import toml_table
from homolog.audit import _gauge_words
from homolog.comparison import versions

if TYPE_CHECKING:
    from homolog.audit import GaugeAudit

BALANCING = """
@article{stock2022synaptic,
  author = {Stock, Christopher H. and Harvey, Sarah E. and Ocko, Samuel A. and Ganguli, Surya},
  title = {Synaptic balancing: a biologically plausible local learning rule that provably
           increases neural network noise robustness without sacrificing task performance},
  journal = {PLOS Computational Biology},
  year = {2022},
  volume = {18},
  number = {9},
  pages = {e1010418},
  doi = {10.1371/journal.pcbi.1010418},
}
"""


def cited(found: GaugeAudit) -> list[_citations.Reference]:
    """Rescaling and balancing, then the measures."""
    return _citations.references([BALANCING, *(one.citation for one in found.measures)])


def bibtex(found: GaugeAudit) -> str:
    """The content of a .bib file with everything that a gauge audit rests on."""
    return "\n\n".join(entry.bibtex for entry in cited(found)) + "\n"


def again(found: GaugeAudit, command: str | None) -> dict[str, Any]:
    """What a page says of how the numbers were made."""
    return {
        "command": command or found.call,
        "settings": [
            ("Seed", "a generator's" if found.seed is None else found.seed),
            ("Cost of synapses", found.cost or "not balanced"),
        ],
        "versions": list(versions().items()),
        "digests": [(what.capitalize(), digest) for what, digest in found.digests.items()],
    }


def run_toml(found: GaugeAudit, command: str | None) -> str:
    """What was done, as a file that says it."""
    run: dict[str, Any] = {
        "command": command or found.call,
        "call": found.call,
        "network": found.name,
        "measures": [one.label for one in found.measures],
        "spread": found.spread.tolist(),
        "n": found.n,
        "moments": list(found.moments),
        "cost": found.cost or "none",
        **({} if found.seed is None else {"seed": found.seed}),
        "warnings": _gauge_words.warnings(found),
    }
    tables = {"run": run, "digests": dict(found.digests), "versions": versions()}
    return "\n".join(toml_table(name, entries) for name, entries in tables.items())
