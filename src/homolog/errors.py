"""Every way an input can be refused: what, where, the value got, and the remedy.

Each function builds one error, so the wording of a code stands in one place. The
codes are stable and explained in ``docs/errors.md``.
"""

from collections.abc import Collection, Sequence


class HomologError(ValueError):
    """An input that homolog refuses; `code` is stable, the text says the remedy.

    Parameters
    ----------
    code
        Stable identifier, for example ``"HM004"``; ``docs/errors.md`` explains it.
    text
        What is wrong, where, the value got and what to do about it.
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code} {text}")
        self.code = code


def _some(items: Collection[object], most: int = 5) -> str:
    """Name the first few of many."""
    shown = ", ".join(map(repr, list(items)[:most]))
    return shown if len(items) <= most else f"{shown} and {len(items) - most} more"


def _counted(count: int, noun: str, plural: str | None = None) -> str:
    return f"{count} {noun if count == 1 else plural or noun + 's'}"


def _indices(where: Sequence[object], most: int = 5) -> str:
    shown = ", ".join(str(i) for i in list(where)[:most])
    return shown if len(where) <= most else f"{shown}, …"


def rows_differ(
    x: str, n_x: int, y: str, n_y: int, only_x: Sequence[object] = (), only_y: Sequence[object] = ()
) -> HomologError:
    """HM001: two populations were not recorded on the same stimuli."""
    text = f"{x} has {n_x} stimuli, {y} has {n_y}. Rows must be the same stimuli in the same order."
    for name, only in ((x, only_x), (y, only_y)):
        if only:
            verb = "is" if len(only) == 1 else "are"
            text += f" {_counted(len(only), 'id')} {verb} only in {name}: {_some(only)}."
    if only_x or only_y:
        shared = n_x - len(only_x)
        text += f" Use hl.align({x}, {y}) to keep the {shared} shared."
    else:
        text += " Give both their stimulus labels, then hl.align keeps the shared ones."
    return HomologError("HM001", text)


def order_differs(x: str, y: str, n_stimuli: int, first: int) -> HomologError:
    """HM002: the same stimuli, in another order."""
    return HomologError(
        "HM002",
        f"{x} and {y} share the same {n_stimuli} ids in different orders (first at row {first})."
        " Pass align=True or reindex.",
    )


def transposed(
    wrong: str, wrong_shape: tuple[int, ...], other: str, other_shape: tuple[int, ...]
) -> HomologError:
    """HM003: rows of one are as many as columns of the other."""
    a, b = ("×".join(map(str, s)) for s in (wrong_shape, other_shape))
    return HomologError(
        "HM003",
        f"{wrong} looks transposed: {a} against {other} {b}."
        f' If rows are units pass {wrong}.T or dims="unit,stimulus".',
    )


def not_finite(
    name: str, count: int, what: str, n_neurons: int, neurons: Sequence[int], n_stimuli: int
) -> HomologError:
    """HM004: missing or infinite values that nobody declared."""
    stimuli = _counted(n_stimuli, "stimulus", "stimuli")
    return HomologError(
        "HM004",
        f"{name} has {count} {what} in {len(neurons)} of {n_neurons} units ({_indices(neurons)})"
        f' and {stimuli}. Choose nan="drop-units"|"drop-stimuli"|"pairwise"; default is to stop.',
    )


def too_many_neurons(measure: str, n_neurons: int, n_stimuli: int) -> HomologError:
    """HM005: a measure that is perfect for any data when neurons outnumber stimuli."""
    return HomologError(
        "HM005",
        f"{measure} is 1.0 for any data when units ({n_neurons}) ≥ stimuli ({n_stimuli})."
        f" Use pca=k<{n_stimuli}, or unbiased_cka/procrustes.",
    )


def constant(name: str, n_constant: int, n_neurons: int, n_stimuli: int) -> HomologError:
    """HM006: a population that does not respond differently to any two stimuli."""
    return HomologError(
        "HM006",
        f"{name} is constant on all {n_stimuli} stimuli ({n_constant}/{n_neurons} units)."
        " Similarity is undefined, not 0. Check the hook, eval() mode, input scaling.",
    )


def constant_neurons(
    name: str, constant: Sequence[object], n_neurons: int, n_stimuli: int
) -> HomologError:
    """HM006: some neurons without variance, for a measure that looks at each of them."""
    units = "1 unit is" if len(constant) == 1 else f"{len(constant)} units are"
    return HomologError(
        "HM006",
        f"{name}: {units} constant on all {n_stimuli} stimuli ({_indices(constant)} of"
        f" {n_neurons}). The tuning of a constant unit is undefined, not 0."
        " Drop them with .drop_constant().",
    )


def axes_unnamed(shape: tuple[int, ...]) -> HomologError:
    """HM007: an array with more than two axes and no names for them."""
    n_flat = 1
    for size in shape[1:]:
        n_flat *= size
    shown = f"({', '.join(map(str, shape))})"
    if len(shape) == 4:
        choices = f'flatten → {n_flat} units, or pool="mean" → {shape[1]}'
    elif len(shape) == 3:
        choices = 'dims="trial,stimulus,neuron" or dims="stimulus,time,neuron"'
    else:
        choices = 'name them, as in dims="trial,stimulus,time,neuron"'
    return HomologError(
        "HM007",
        f"got {shown}. Say what the axes are: {choices}. Nothing is flattened silently.",
    )


def memory(what: str, need: int, arithmetic: str, free: int, remedy: str) -> HomologError:
    """HM009: an allocation that would not fit, refused before it is tried."""
    return HomologError(
        "HM009",
        f"{what} needs ≈{need / 1e9:,.0f} GB ({arithmetic}); {free / 1e9:,.0f} GB free. {remedy}",
    )


def too_few_for_interval(n_units: int, least: int, noun: str = "stimuli") -> HomologError:
    """HM010: so few independent stimuli that an interval would be a guess."""
    return HomologError(
        "HM010",
        f"jackknife over {n_units} {noun}: an interval needs at least {least}."
        " Report the estimate without CI (intervals=False), or record more stimuli.",
    )


def no_repeats(n_single: int, n_stimuli: int) -> HomologError:
    """HM011: a noise ceiling needs every stimulus to be repeated."""
    return HomologError(
        "HM011",
        f"split-half ceiling needs ≥2 repeats per stimulus; {n_single} of {n_stimuli} have 1."
        " Use ceiling=None or drop them.",
    )


def leak(group: str) -> HomologError:
    """HM012: rows of one stimulus would stand on both sides of a cross-validation."""
    return HomologError(
        "HM012",
        f"the same stimulus is in train and test (repeat ids). Split by '{group}'"
        f' — pass groups="{group}".',
    )


def missing_extra(what: str, package: str, extra: str) -> HomologError:
    """HM013: an optional dependency is not installed."""
    return HomologError(
        "HM013",
        f'{what} needs {package}: pip install "homolog[{extra}]". Nothing else was changed.',
    )


def pickled(name: str, found: str, remedy: str) -> HomologError:
    """HM014: a file that can run code when it is opened."""
    return HomologError(
        "HM014", f"{name} holds pickled code ({found}), which could run anything. {remedy}"
    )


def complex_input(name: str, dtype: object) -> HomologError:
    """HM016: complex numbers."""
    return HomologError(
        "HM016",
        f"{name} is complex ({dtype}). Similarity is defined for real responses:"
        " pass abs(x), x.real, or real and imaginary parts as separate units.",
    )


def not_numeric(name: str, dtype: object) -> HomologError:
    """HM017: text, dates or objects where responses should be."""
    return HomologError(
        "HM017",
        f"{name} holds {dtype}, not numbers. Responses must be real numbers:"
        " keep labels in stimuli= or neurons=.",
    )


def no_neurons(name: str, shape: tuple[int, ...]) -> HomologError:
    """HM018: a population of nobody."""
    return HomologError(
        "HM018",
        f"{name} has 0 neurons (shape {'×'.join(map(str, shape))}). Check the selection that"
        " produced it.",
    )


def too_few_stimuli(name: str, n_stimuli: int, least: int = 3) -> HomologError:
    """HM019: too few stimuli for a similarity to mean anything."""
    return HomologError(
        "HM019",
        f"{name} has {_counted(n_stimuli, 'stimulus', 'stimuli')}; at least {least} are needed."
        ' If stimuli are along another axis name the axes, as in dims="neuron,stimulus".',
    )


def duplicate_labels(name: str, axis: str, labels: Sequence[object]) -> HomologError:
    """HM020: one label for two rows or columns."""
    return HomologError(
        "HM020",
        f"{name}: {axis} labels must be unique; {_some(labels)} "
        f"{'stands' if len(labels) == 1 else 'stand'} more than once."
        ' Repeats of a stimulus belong on a trial axis: dims="trial,stimulus,neuron".',
    )


def unreadable(
    path: object, form: str, why: str, remedy: str = "Write the file anew."
) -> HomologError:
    """HM021: an empty, truncated or corrupted file."""
    return HomologError("HM021", f"{path} cannot be read as {form}: {why}. {remedy}")


def which_array(path: object, found: Sequence[str], example: str) -> HomologError:
    """HM022: a file with several arrays, or none, where one was wanted."""
    holds = (
        f"holds {_counted(len(found), 'array')}: {_some(found, 8)}" if found else "holds no array"
    )
    return HomologError("HM022", f"{path} {holds}. Name one: {example}")


def unknown_name(kind: str, name: str, closest: Sequence[str], where: str) -> HomologError:
    """HM023: a name that does not exist, with the nearest that do."""
    near = f" Closest: {_some(closest, 3)}." if closest else ""
    return HomologError("HM023", f"no {kind} '{name}'.{near} {where}")


def unknown_format(name: str, suffix: str, known: Sequence[str]) -> HomologError:
    """HM024: a file type we do not read or write."""
    kind = f"'{suffix}'" if suffix else "no file ending"
    return HomologError(
        "HM024", f"{name}: {kind} is not a known format. Known: {', '.join(known)}."
    )


def bad_value(what: str, got: object, allowed: str) -> HomologError:
    """HM025: an argument outside what is allowed."""
    return HomologError("HM025", f"{what} is {got!r}; allowed: {allowed}.")


def axes_misnamed(name: str, shape: tuple[int, ...], dims: Sequence[str]) -> HomologError:
    """HM026: names of axes that do not fit the array."""
    shown = ", ".join(dims) if dims else "none"
    return HomologError(
        "HM026",
        f"{name} has {_counted(len(shape), 'axis', 'axes')} ({'×'.join(map(str, shape))}) and these"
        f" names for them: {shown}. Name each axis once, from trial, stimulus, time, neuron;"
        " stimulus and neuron are needed.",
    )


def axis_absent(name: str, dim: str, dims: Sequence[str]) -> HomologError:
    """HM026: an axis was asked for that the population does not have."""
    return HomologError("HM026", f"{name} has no {dim} axis; its axes are {', '.join(dims)}.")


def axis_empty(name: str, dim: str, shape: tuple[int, ...]) -> HomologError:
    """HM026: a trial or time axis of length 0."""
    return HomologError(
        "HM026", f"{name} has an empty {dim} axis ({'×'.join(map(str, shape))}). Leave it out."
    )


def mask_misshapen(
    name: str, dtype: object, shape: tuple[int, ...], needed: tuple[int, ...]
) -> HomologError:
    """HM026: a missing mask that does not fit the responses."""
    got, want = ("×".join(map(str, s)) or "no axes" for s in (shape, needed))
    return HomologError(
        "HM026",
        f"{name}: missing is {got} of {dtype}; it must be {want} of bool, True where nothing was"
        " recorded.",
    )


def labels_miscounted(
    name: str, axis: str, n_labels: int, n_needed: int, what: str = "labels"
) -> HomologError:
    """HM027: labels, or entries of a mask, that are not as many as the axis is long."""
    return HomologError(
        "HM027",
        f"{name}: {n_labels} {axis} {what} for an axis of length {n_needed}. Give one for each.",
    )


def not_in_axis(
    name: str, axis: str, entry: object, n: int, labels: Sequence[object] | None
) -> HomologError:
    """HM023: a label or position that an axis does not have."""
    has = f"labels {_some(labels, 3)}" if labels else f"positions 0 to {n - 1}"
    return HomologError("HM023", f"{name} has no {axis} {entry!r}. It has {has}.")


def not_a_matrix(name: str, dims: Sequence[str]) -> HomologError:
    """HM028: a trial or time axis where a measure needs (stimulus, neuron)."""
    ways = {
        "trial": ".condition_means() averages over trials",
        "time": ".fold_time() makes every time a row, .select(times=…) keeps some",
    }
    told = "; ".join(way for dim, way in ways.items() if dim in dims)
    return HomologError(
        "HM028", f"{name} has axes {', '.join(dims)}; a measure needs stimulus, neuron. {told}."
    )


def missing_left(name: str, n_missing: int) -> HomologError:
    """HM028: missing entries where a measure needs every response."""
    return HomologError(
        "HM028",
        f"{name} has {_counted(n_missing, 'missing response')}; a measure needs all."
        ' Leave them out with .drop_missing("stimuli") or .drop_missing("neurons").',
    )


def labels_absent(names: Sequence[str]) -> HomologError:
    """HM029: populations cannot be aligned without stimulus labels."""
    verb = "has" if len(names) == 1 else "have"
    return HomologError(
        "HM029",
        f"{' and '.join(names)} {verb} no stimulus labels to align by. Give stimuli=… when"
        " representing or loading.",
    )


def too_few_shared(
    x: str, y: str, n_shared: int, examples: tuple[object, object], least: int
) -> HomologError:
    """HM030: populations that share hardly a stimulus."""
    return HomologError(
        "HM030",
        f"{x} and {y} share {_counted(n_shared, 'stimulus', 'stimuli')}; at least {least} are"
        f" needed. Labels of {x} look like {examples[0]!r}, of {y} like {examples[1]!r}.",
    )


def nothing_left(name: str, axis: str, n: int, why: str) -> HomologError:
    """HM030: leaving out stimuli or neurons would leave none."""
    plural = {"stimulus": "stimuli", "neuron": "neurons"}[axis]
    other = {"stimulus": "neurons", "neuron": "stimuli"}[axis]
    return HomologError(
        "HM030",
        f"{name}: leaving out the {plural} {why} would leave none of {n}. Leave out {other}"
        " instead.",
    )


def one_sided(n_lacking: int, n_stimuli: int, split: str) -> HomologError:
    """HM011: repeats there are, but all in the same half."""
    other = "random" if split == "odd-even" else "odd-even"
    return HomologError(
        "HM011",
        f"the {split} halves: for {n_lacking} of {n_stimuli} stimuli all trials of some neuron fall"
        f' into one half. Use split="{other}", or leave out those stimuli or neurons.',
    )


def columns_not_numeric(columns: Sequence[str]) -> HomologError:
    """HM017: columns of a table that hold words or dates."""
    verb = "holds" if len(columns) == 1 else "hold"
    return HomologError(
        "HM017",
        f"{_counted(len(columns), 'column')} of the table {verb}"
        f" no numbers: {_some(columns)}. Make the one with stimulus labels the index and drop"
        " the others.",
    )


def undefined(measure: str, why: str, remedy: str) -> HomologError:
    """HM031: data for which a measure has no value."""
    return HomologError("HM031", f"{measure} is undefined here, not 0: {why}. {remedy}")


def no_file(path: object, near: Sequence[str]) -> HomologError:
    """HM032: a file or folder that is not there."""
    there = f" In its folder: {_some(near)}." if near else ""
    return HomologError("HM032", f"there is no file {path}.{there}")


def recording_absent(file: str, looked_in: Sequence[object]) -> HomologError:
    """HM032: a recording that is not in the folder given, or no folder given."""
    where = f"is not in {' or '.join(map(str, looked_in))}" if looked_in else "was not looked for"
    return HomologError(
        "HM032",
        f"{file} {where}. Set the environment variable HOMOLOG_DATA to the folder that holds"
        f" {file.partition('/')[0]}, or give it as folder=….",
    )


def cannot_hold(path: object, what: str, remedy: str) -> HomologError:
    """HM033: a format in which part of a population would be lost."""
    return HomologError("HM033", f"{path} cannot hold {what}. {remedy}")


def unwritable(path: object, why: str) -> HomologError:
    """HM034: a file that could not be written; what was there before is untouched."""
    return HomologError("HM034", f"{path} was not written: {why}. What was there is untouched.")


def nothing_repeats(measure: str, half: float) -> HomologError:
    """HM035: two halves of the trials that do not resemble each other."""
    return HomologError(
        "HM035",
        f"{measure} of two halves of the trials is {half:.3f}: nothing repeats, so no ceiling"
        " can be given. Record more trials, or drop neurons that do not respond.",
    )


def groups_differ(x: str, y: str) -> HomologError:
    """HM036: rows that are grouped differently in the two populations."""
    return HomologError(
        "HM036",
        f"{x} and {y} group their rows by different stimuli. Fold the same times in both.",
    )


def libraries_differ(x: str, y: str) -> HomologError:
    """HM037: a NumPy array beside a torch one, say."""
    return HomologError(
        "HM037",
        f"X is an array of {x}, Y one of {y}. Pass both as the same kind; a score comes back as"
        " that kind.",
    )
