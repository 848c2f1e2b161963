"""How penalties were chosen, and what encoding scores rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from homolog import _citations, measures
from homolog.encoding._one_to_one import OneToOne
from homolog.encoding._pls import PartialLeastSquares
from homolog.encoding._ridge import Ridge

if TYPE_CHECKING:
    from homolog.encoding._encoding import Encoding

HOERL = """@article{hoerl1970ridge,
  author = {Hoerl, Arthur E. and Kennard, Robert W.},
  title = {Ridge Regression: Biased Estimation for Nonorthogonal Problems},
  journal = {Technometrics},
  volume = {12},
  number = {1},
  pages = {55--67},
  year = {1970},
  doi = {10.1080/00401706.1970.10488634}
}"""

Chosen = Literal["given", "generalised", "leave-one-out", "blocks", "groups"]


def penalty_chosen(found: Encoding, ridge: Ridge) -> Chosen:
    """Given, or by what was left out of the training stimuli."""
    if len(ridge.tried()) == 1:
        return "given"
    if found.n_groups is not None:
        return "groups"
    return "blocks" if found.split == "blocks" else ridge.choice


def cited(found: Encoding) -> list[_citations.Reference]:
    """What the scores rest on: the map, and the ceilings where there are any."""
    entries = _of_map(found)
    if found.ceilings is not None:
        entries += [_citations.SPEARMAN, _citations.BROWN]
    return _citations.references(entries)


def bibtex(found: Encoding) -> str:
    """The same, as the content of a .bib file."""
    return "\n\n".join(one.bibtex for one in cited(found)) + "\n"


def _of_map(found: Encoding) -> list[str]:
    match found.map:
        case Ridge() as ridge:
            by_gcv = penalty_chosen(found, ridge) == "generalised"
            return [HOERL, *([measures.find("ridge").citation] if by_gcv else [])]
        case PartialLeastSquares():
            return [measures.find("pls").citation]
        case OneToOne():
            return [measures.find("semi_matching_correlation").citation]
        case _:
            return []
