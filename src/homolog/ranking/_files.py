"""A ranking as files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from homolog import _citations
from homolog._tables import csv_text, toml_table
from homolog._write import write_whole
from homolog.ranking._words import ceiling_record

if TYPE_CHECKING:
    from homolog.ranking._ranking import Ranking

FALSE_DISCOVERIES = {
    "bh": """@article{benjamini1995controlling,
  author = {Benjamini, Yoav and Hochberg, Yosef},
  title = {Controlling the False Discovery Rate: A Practical and Powerful Approach to
           Multiple Testing},
  journal = {Journal of the Royal Statistical Society: Series B},
  volume = {57},
  number = {1},
  pages = {289--300},
  year = {1995},
  doi = {10.1111/j.2517-6161.1995.tb02031.x}
}""",
    "by": """@article{benjamini2001control,
  author = {Benjamini, Yoav and Yekutieli, Daniel},
  title = {The control of the false discovery rate in multiple testing under dependency},
  journal = {The Annals of Statistics},
  volume = {29},
  number = {4},
  pages = {1165--1188},
  year = {2001},
  doi = {10.1214/aos/1013699998}
}""",
}


def cited(ranking: Ranking) -> list[_citations.Reference]:
    """What a ranking rests on: its measures, then the statistics that were used."""
    entries = [measure.citation for measure in ranking.measures]
    if any(one.interval is not None for one in ranking.standings):
        entries += [_citations.JACKKNIFE, _citations.BUSING]
    if any(one.corrected for one in ranking.ceilings):
        entries += [_citations.SPEARMAN, _citations.BROWN]
    if any(one.q is not None for one in ranking.differences):
        entries.append(FALSE_DISCOVERIES[ranking.fdr])
    return _citations.references(entries)


def bibtex(ranking: Ranking) -> str:
    """The content of a .bib file with everything that a ranking rests on."""
    return "\n\n".join(entry.bibtex for entry in cited(ranking)) + "\n"


def write_ranking(ranking: Ranking, folder: Path, command: str) -> Path:
    """Write the tables, run.toml and refs.bib into `folder`."""
    tables = {
        "scores.csv": ranking.score_rows(),
        "differences.csv": ranking.difference_rows(),
        "ceilings.csv": [ceiling_record(one) for one in ranking.ceilings],
    }
    for name, rows in tables.items():
        if rows:
            write_whole(folder / name, csv_text(rows).encode())
    write_whole(folder / "run.toml", _run_toml(ranking, command).encode())
    write_whole(folder / "refs.bib", bibtex(ranking).encode())
    return folder


def _run_toml(ranking: Ranking, command: str) -> str:
    run: dict[str, Any] = {
        "command": command,
        "call": ranking.call,
        "measures": [one.label for one in ranking.measures],
        "test": ranking.test or "none",
        "false_discoveries": ranking.fdr,
        "seed": ranking.seed,
        "advice": list(ranking.advice),
        "warnings": list(ranking.warnings),
        **({} if ranking.groups is None else {"groups": ranking.groups}),
    }
    digests = {json.dumps(name, ensure_ascii=False): one for name, one in ranking.digests.items()}
    tables = {"run": run, "digests": digests, "versions": dict(ranking.versions)}
    return "\n".join(toml_table(name, entries) for name, entries in tables.items())
