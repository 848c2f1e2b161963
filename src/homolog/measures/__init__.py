"""The measures. The folder is the registry: one file, one measure, found by its name."""

from difflib import get_close_matches
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from homolog import errors
from homolog.measures._aliases import aliases, canonical, is_source, named, why_not_built
from homolog.measures._spelling import variant

if TYPE_CHECKING:
    from homolog._arrays import Sees
    from homolog.measures._measure import Measure


@cache
def names(sees: "Sees | None" = None) -> tuple[str, ...]:
    """Names of all measures, in alphabetical order.

    Parameters
    ----------
    sees
        Only of those that see the ``"mean"`` response to each stimulus, or every ``"trial"``,
        or its course in ``"time"``.
    """
    files = Path(__file__).parent.glob("[!_]*.py")
    found = tuple(sorted(file.stem for file in files))
    return found if sees is None else tuple(name for name in found if find(name).sees == sees)


def find(name: str) -> "Measure":
    """The measure of that name, or the variant of one that others call so.

    Parameters
    ----------
    name
        One of `names`, with options where they are to differ, as in
        ``"rsa(comparison=pearson)"``, or what another package or paper calls one of ours: a
        standardised name of the similarity repository, or a name of netrep, rsatoolbox,
        brain-score, ReSi, diffscore and others, if need be after the package and a slash
        (``"netrep/LinearCKA"``). Case, spaces and hyphens do not matter. What others call a
        measure is listed with it in its documentation.

    Raises
    ------
    HomologError
        HM023 with the nearest names if there is no such measure, HM025 if it is no text,
        HM075 if others disagree about what has that name; what `Measure.using` refuses.

    Examples
    --------
    >>> import homolog
    >>> homolog.measures.find("unbiased-cka").name
    'unbiased_cka'
    >>> homolog.measures.find("rsa-rdm=squared_euclidean-compare=tau_a").label
    'rsa(dissimilarity=squared_euclidean, comparison=tau_a)'
    """
    if not isinstance(name, str):
        raise errors.bad_value("measure", name, "a name, one of homolog.measures.names()")
    key = _key(name)
    if key in names():
        return getattr(import_module(f"homolog.measures.{key}"), key)
    found = named(name)
    if len(found) > 1:
        meant = {f"{alias.source}/{alias.name}": alias.variant for alias, _ in found}
        raise errors.ambiguous_name("measure", name, meant)
    if not found:
        written = variant(name)
        if written is not None and _is_known(written[0]):
            return find(written[0]).using(**written[1])
        raise _unknown(name)
    alias, options = found[0]
    return find(alias.measure).using(**options)


def _key(name: str) -> str:
    return name.strip().lower().replace("-", "_").replace(" ", "_")


def _is_known(name: str) -> bool:
    return _key(name) in names() or bool(named(name))


def _unknown(name: str) -> errors.HomologError:
    why = why_not_built(name)
    if why is not None:
        return errors.unknown_name("measure", name, [], f"It is not built, for {why}.")
    source, _, called = name.rpartition("/")
    near = [*_of_source(source, called), *_near(_key(called))]
    return errors.unknown_name("measure", name, near, "homolog measures list shows all.")


def _of_source(source: str, name: str) -> list[str]:
    """Two names that a source has: that begin so, or are most like it."""
    there = {
        canonical(one.name): f"{one.source}/{one.name}"
        for one in aliases()
        if is_source(source, one)
    }
    wanted = canonical(name)
    begun = [one for one in there if one.startswith(wanted)]
    like = get_close_matches(wanted, there, n=2, cutoff=0.0)
    return [there[one] for one in dict.fromkeys((*begun, *like))][:2]


def _near(key: str) -> list[str]:
    """Names like it: of others only if they are very like it, then ours."""
    others = {canonical(alias.name): alias.name for alias in reversed(aliases())}
    foreign = get_close_matches(canonical(key), others, n=2, cutoff=0.85)
    ours = get_close_matches(key.partition("(")[0], names(), n=3, cutoff=0.4)
    return [*(others[one] for one in foreign if one not in names()), *ours]
