"""Which population is predicted from which: a setting of all measures that predict."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args

from homolog import errors

Predicted = Literal["reference", "candidate", "both"]

ROTATIONS = frozenset({"shift", "scale", "permutation", "rotation"})
ANY_MAP = ROTATIONS | {"neuron_scale", "linear"}


def averaged(one_way: Callable[[Any, Any], Any], x: Any, y: Any, predict: Predicted) -> Any:
    """A score of `x` predicted from `y`, of `y` from `x`, or the mean of the two."""
    if predict == "both":
        return (one_way(x, y) + one_way(y, x)) / 2
    return one_way(x, y) if predict == "reference" else one_way(y, x)


def turned_round(
    predict: Predicted, of_target: frozenset[str], of_predictor: frozenset[str]
) -> Mapping[str, Any]:
    """The promises for one direction; HM025 for none.

    `of_target` and `of_predictor` are what may be done to the population that is predicted,
    and to the one that predicts.
    """
    if predict not in get_args(Predicted):
        raise errors.bad_value("predict", predict, ", ".join(get_args(Predicted)))
    if predict == "both":
        kept = of_target & of_predictor
        return {"symmetric": True, "invariant_to": kept, "candidate_invariant_to": kept}
    sides = (of_target, of_predictor) if predict == "reference" else (of_predictor, of_target)
    return {"invariant_to": sides[0], "candidate_invariant_to": sides[1]}
