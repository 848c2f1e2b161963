"""Names of measures, short enough for an axis."""

_SHORTER = {
    "dissimilarity=squared_euclidean, comparison=pearson": "squared, Pearson",
    "representation_topology_divergence(at_once=50, draws=2)": "topology divergence",
    "(starts=1)": "",
    "unbiased=True": "unbiased",
    "kernel=": "",
    "_": " ",
}


def short(spelled: str) -> str:
    """A measure as it is spelled, with the options that tell it from others of its name."""
    for long, brief in _SHORTER.items():
        spelled = spelled.replace(long, brief)
    return spelled
