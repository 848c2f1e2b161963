"""What a comparison rests on: BibTeX entries, and references that a person can read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from homolog.scoring import Score

JACKKNIFE = """@article{efron1981jackknife,
  author = {Efron, Bradley and Stein, Charles},
  title = {The Jackknife Estimate of Variance},
  journal = {The Annals of Statistics},
  volume = {9},
  number = {3},
  pages = {586--596},
  year = {1981},
  doi = {10.1214/aos/1176345462}
}"""

BUSING = """@article{busing1999delete,
  author = {Busing, Frank M. T. A. and Meijer, Erik and van der Leeden, Rien},
  title = {Delete-m Jackknife for Unequal m},
  journal = {Statistics and Computing},
  volume = {9},
  number = {1},
  pages = {3--8},
  year = {1999},
  doi = {10.1023/A:1008800423698}
}"""

PERMUTATION = """@article{phipson2010permutation,
  author = {Phipson, Belinda and Smyth, Gordon K.},
  title = {Permutation {P}-values Should Never Be Zero: Calculating Exact {P}-values When
           Permutations Are Randomly Drawn},
  journal = {Statistical Applications in Genetics and Molecular Biology},
  volume = {9},
  number = {1},
  pages = {39},
  year = {2010},
  doi = {10.2202/1544-6115.1585}
}"""

SPEARMAN = """@article{spearman1910correlation,
  author = {Spearman, Charles},
  title = {Correlation Calculated from Faulty Data},
  journal = {British Journal of Psychology},
  volume = {3},
  number = {3},
  pages = {271--295},
  year = {1910},
  doi = {10.1111/j.2044-8295.1910.tb00206.x}
}"""

BROWN = """@article{brown1910experimental,
  author = {Brown, William},
  title = {Some Experimental Results in the Correlation of Mental Abilities},
  journal = {British Journal of Psychology},
  volume = {3},
  number = {3},
  pages = {296--322},
  year = {1910},
  doi = {10.1111/j.2044-8295.1910.tb00207.x}
}"""

_ACCENTS = {
    "'": "\u0301",
    "`": "\u0300",
    "^": "\u0302",
    '"': "\u0308",
    "~": "\u0303",
    "c": "\u0327",
}


@dataclass(frozen=True)
class Reference:
    """One entry of a bibliography.

    Parameters
    ----------
    key
        What the entry is called in the .bib file.
    cited
        Author and year as they stand in a sentence, for example "Efron & Stein, 1981".
    full
        Authors, year, title and where it appeared, as they stand in a list.
    link
        Address of the paper, empty where the entry has none.
    bibtex
        The entry as it was given.
    """

    key: str
    cited: str
    full: str
    link: str
    bibtex: str


def cited_by(scores: Sequence[Score]) -> list[Reference]:
    """Return what scores rest on: their measures first, then the statistics that were used."""
    entries = [score.measure.citation for score in scores]
    if any(score.interval is not None for score in scores):
        entries += [JACKKNIFE, BUSING]
    if any(score.p_value is not None for score in scores):
        entries.append(PERMUTATION)
    if any(score.ceiling is not None and score.measure.higher_is_closer for score in scores):
        entries += [SPEARMAN, BROWN]
    return references(entries)


def bibtex(scores: Sequence[Score]) -> str:
    """Return the content of a .bib file with everything that scores rest on."""
    return "\n\n".join(entry.bibtex for entry in cited_by(scores)) + "\n"


def references(entries: Iterable[str]) -> list[Reference]:
    """Read BibTeX entries, dropping repeats of a key and keeping the order."""
    read = (reference(text) for entry in entries for text in _split(entry))
    return list({found.key: found for found in read}.values())


def reference(bibtex: str) -> Reference:
    """Read one BibTeX entry."""
    head = re.match(r"\s*@\w+\s*\{\s*([^,\s]+)\s*,", bibtex)
    if head is None:
        raise ValueError(f"not a BibTeX entry: {bibtex[:60]!r}")
    fields = _fields(bibtex[head.end() :])
    authors = re.split(r"\s+and\s+", fields.get("author", ""))
    year = fields.get("year", "n.d.")
    where = next(
        (fields[name] for name in ("journal", "booktitle", "publisher") if name in fields), ""
    )
    if where and "volume" in fields:
        where += f" {fields['volume']}"
        where += f"({fields['number']})" if "number" in fields else ""
        where += f", {fields['pages']}" if "pages" in fields else ""
    parts = [f"{_everyone(authors)} ({year})", fields.get("title", ""), where]
    link = f"https://doi.org/{fields['doi']}" if "doi" in fields else fields.get("url", "")
    return Reference(
        key=head.group(1),
        cited=f"{_short(authors)}, {year}",
        full=". ".join(part.rstrip(".") for part in parts if part) + ".",
        link=link if link.startswith("https://") else "",
        bibtex=bibtex.strip(),
    )


def _split(bibtex: str) -> list[str]:
    return [entry for entry in re.split(r"^(?=@)", bibtex, flags=re.MULTILINE) if entry.strip()]


def _fields(body: str) -> dict[str, str]:
    """Return the fields of an entry, unwrapped from braces or quotes."""
    fields: dict[str, str] = {}
    for found in re.finditer(r"(\w+)\s*=\s*", body):
        if body[: found.start()].count("{") == body[: found.start()].count("}"):
            fields[found.group(1).lower()] = _plain(_value(body, found.end()))
    return fields


def _value(body: str, start: int) -> str:
    """Return the text of a field up to the brace, quote or comma that closes it."""
    if body[start] == "{":
        depth = 0
        for end in range(start, len(body)):
            depth += {"{": 1, "}": -1}.get(body[end], 0)
            if depth == 0:
                return body[start + 1 : end]
    closing = '"' if body[start] == '"' else ",}\n"
    begin = start + (closing == '"')
    end = next((i for i in range(begin, len(body)) if body[i] in closing), len(body))
    return body[begin:end]


def _plain(text: str) -> str:
    """Turn TeX's accents, dashes and braces into ordinary characters."""

    def accented(found: re.Match[str]) -> str:
        letter = found.group(2).replace("\\i", "i")
        return unicodedata.normalize("NFC", letter + _ACCENTS[found.group(1)])

    text = re.sub(r"\\(['`^\"~]|c(?=[\s{]))\s*\{?(\\i|[A-Za-z])\}?", accented, text)
    text = re.sub(r"\\([&%$#_])", r"\1", text).replace("--", "\N{EN DASH}")
    return " ".join(re.sub(r"[{}]", "", text).split())


def _family(author: str) -> str:
    return author.split(",")[0].strip() if "," in author else author.split()[-1]


def _short(authors: list[str]) -> str:
    families = [_family(author) for author in authors if author]
    if len(families) > 2:
        return f"{families[0]} et al."
    return " & ".join(families)


def _everyone(authors: list[str]) -> str:
    written = [_initials(author) for author in authors if author]
    return written[0] if len(written) == 1 else f"{', '.join(written[:-1])} & {written[-1]}"


def _initials(author: str) -> str:
    """Write "Efron, Bradley" or "Bradley Efron" as "Efron, B."."""
    family = _family(author)
    given = author.split(",", 1)[1] if "," in author else author.removesuffix(family)
    initials = " ".join(f"{name[0]}." for name in given.replace("-", " ").split())
    return f"{family}, {initials}" if initials else family
