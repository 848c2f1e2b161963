"""The methods of encoding scores, in words that can stand in a paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homolog._words import counted, listed
from homolog.encoding import OneToOne, PartialLeastSquares, Ridge
from homolog.encoding._choice import penalty_chosen
from homolog.encoding._words import described

if TYPE_CHECKING:
    from homolog.encoding import Encoding

_CHOSEN = {
    "generalised": "by generalised cross-validation (Golub et al., 1979)",
    "leave-one-out": "by leaving out single ones of them",
    "blocks": "by leaving out blocks of neighbouring ones of them",
    "groups": "by leaving out whole groups of them",
}


def paragraph(found: Encoding, version: str) -> str:
    """What was predicted from what, how, at which stimuli, and how it was judged."""
    sentences = [_predicted(found, version), _fitted(found), _held_out(found), _judged()]
    return " ".join([*sentences, *_ceilings(found), *_left_out(found)])


def _predicted(found: Encoding, version: str) -> str:
    layers = [
        f"{name} ({counted(n, 'neuron')})"
        for name, n in zip(found.layers, found.n_layer_neurons, strict=True)
    ]
    n = len(found.neurons)
    return (
        f"Mean responses of {counted(n, 'neuron')} of {found.brain} to"
        f" {counted(found.n_stimuli, 'stimulus', 'stimuli')} were predicted from {listed(layers)},"
        f" one layer at a time, with homolog {version}."
    )


def _fitted(found: Encoding) -> str:
    match found.map:
        case Ridge() as ridge:
            return (
                f"The map was ridge regression (Hoerl & Kennard, 1970), {_penalty(found, ridge)}."
            )
        case PartialLeastSquares(n_components=n):
            return (
                f"The map was partial least squares with {counted(n, 'component')}, fitted to the"
                " neurons of a region together."
            )
        case OneToOne():
            return (
                "Each neuron was predicted by least squares from the one neuron of the layer that"
                " correlated best with it over the training stimuli."
            )
        case _:
            return f"The map was {described(found.map)}."


def _penalty(found: Encoding, ridge: Ridge) -> str:
    tried, how = ridge.tried(), penalty_chosen(found, ridge)
    unit = " times the sum of squares of the layer’s mean neuron" if ridge.penalty is None else ""
    if how == "given":
        return f"with a penalty of {tried[0]:g}{unit}"
    return (
        f"with a penalty for each neuron, chosen within the training stimuli of every fold"
        f" {_CHOSEN[how]} from {len(tried)} between {tried.min():g} and {tried.max():g}{unit}"
    )


def _held_out(found: Encoding) -> str:
    how = {
        "random": f" drawn at random (seed {found.seed})",
        "blocks": " of neighbouring stimuli",
        "given": " given beforehand",
    }[found.split]
    whole = (
        "" if found.n_groups is None else f", {counted(found.n_groups, 'group')} of stimuli whole"
    )
    return f"It was judged at stimuli held out in {found.n_folds} folds{how}{whole}."


def _judged() -> str:
    return (
        "r is the correlation of predicted and mean responses within a fold, averaged over folds;"
        " R² is the share of variance about the training mean predicted over all folds."
    )


def _ceilings(found: Encoding) -> list[str]:
    if found.ceilings is None:
        return ["No noise ceiling was estimated."]
    n_without, n = int((~found.ceilings.repeats).sum()), counted(len(found.neurons), "neuron")
    return [
        "Noise ceilings come from the correlation of odd with even trials, carried to all trials by"
        " the Spearman\N{EN DASH}Brown formula (Spearman, 1910; Brown, 1910): this reliability for"
        " R², its square root for r. Neurons whose halves agreed no better than by chance"
        " (one-sided, 5\N{NO-BREAK SPACE}%) have none, and are left out where scores are over"
        f" ceilings ({n_without} of {n})."
    ]


def _left_out(found: Encoding) -> list[str]:
    if not found.unscored:
        return []
    n = counted(len(found.unscored), "neuron")
    return [f"Not scored, for lack of variance over the stimuli of any fold: {n}."]
