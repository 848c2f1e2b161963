"""The learning rules. The folder is the registry: one file, one rule, found by its name."""

from __future__ import annotations

import json
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from homolog import errors

if TYPE_CHECKING:
    from os import PathLike

    from homolog.networks import LayeredNetwork
    from homolog.rules._rule import LearningRule, Preset


@cache
def names() -> tuple[str, ...]:
    """Names of all learning rules, in alphabetical order."""
    files = Path(__file__).parent.glob("[!_]*.py")
    return tuple(sorted(file.stem for file in files))


def find(name: str) -> Any:
    """The class of the rule of that name; its arguments are the rule's settings.

    Parameters
    ----------
    name
        One of `names`. Case, spaces and hyphens do not matter.

    Raises
    ------
    HomologError
        HM023 with the nearest names if there is no such rule, HM025 if it is no text.

    Examples
    --------
    >>> import homolog
    >>> rule = homolog.rules.find("equilibrium-propagation")(nudge=0.5)
    >>> rule.wire((4, 8, 3), rng=0)
    <LayeredNetwork 4-8-3, equilibrium_propagation: 1 replica, 0 steps>
    """
    return _module(name).RULE


def presets(name: str) -> tuple[Preset, ...]:
    """Every published setting of a rule, with what was published for it."""
    return _module(name).PRESETS


def preset(name: str, dataset: str, variant: str | None = None) -> LearningRule:
    """The settings by which a published row was made.

    Parameters
    ----------
    name
        One of `names`.
    dataset
        ``"mnist"``, ``"fashion_mnist"`` or ``"cifar10"``. Case, spaces and hyphens do not matter.
    variant
        Which of a rule's rows, such as ``"sparse"`` of CorInfoMax; the first if not given.

    Raises
    ------
    HomologError
        HM023 where nothing was published, with what was; HM025 if it is no text.
    """
    if not isinstance(dataset, str):
        raise errors.bad_value("dataset", dataset, "a name of images, such as 'mnist'")
    rows, key = presets(name), _key(dataset)
    fitting = [row for row in rows if row.dataset == key and variant in (None, row.variant)]
    if not fitting:
        there = ", ".join(f"{row.dataset} ({row.variant})" for row in rows)
        wanted = dataset if variant is None else f"{dataset} ({variant})"
        raise errors.unknown_name(f"preset of {name} for", wanted, (), f"There are: {there}.")
    return fitting[0].rule


def load(path: str | PathLike[str]) -> LayeredNetwork:
    """Read a network that `LayeredNetwork.save` wrote, bit for bit.

    Raises
    ------
    HomologError
        HM032 for a file that is not there, HM021 for one that holds something else.
    """
    from safetensors import SafetensorError, safe_open

    from homolog.networks.layered import HEADER, TENSORS, LayeredNetwork
    from homolog.rules._rule import tupled

    path = Path(path)
    if not path.is_file():
        near = sorted(one.name for one in path.parent.glob("*.safetensors"))
        raise errors.no_file(path, near)
    try:
        with safe_open(path, "pt") as file:
            header = json.loads((file.metadata() or {})[HEADER])
            keys = tuple(file.keys())
            counts = {name: sum(key.startswith(f"{name}.") for key in keys) for name in TENSORS}
            tensors = {
                name: tuple(file.get_tensor(f"{name}.{k}") for k in range(count))
                for name, count in counts.items()
            }
        rule = header["rule"] and find(header["rule"]["name"])(**tupled(header["rule"]["settings"]))
        seeds, steps = tuple(map(int, header["seeds"])), int(header["steps"])
        return LayeredNetwork(
            **tensors, seeds=seeds, steps=steps, epochs=int(header["epochs"]), rule=rule
        )
    except (SafetensorError, KeyError, ValueError, TypeError) as error:
        anew = "Only files that network.save wrote can be read."
        raise errors.unreadable(path, "network", str(error), anew) from error


def _module(name: str) -> Any:
    if not isinstance(name, str):
        raise errors.bad_value("rule", name, "a name, one of homolog.rules.names()")
    key = _key(name)
    if key not in names():
        near = get_close_matches(key, names(), n=3, cutoff=0.4)
        raise errors.unknown_name("rule", name, near, "homolog rules list shows all.")
    try:
        return import_module(f"homolog.rules.{key}")
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        raise errors.missing_extra("a learning rule", "torch", "torch") from error


def _key(name: str) -> str:
    return name.strip().lower().replace("-", "_").replace(" ", "_")
