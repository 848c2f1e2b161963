"""Files that cannot be read or written, and recordings that are not there."""

from collections.abc import Sequence

from homolog._words import counted
from homolog.errors._base import HomologError, some

WRITE_ANEW = "Write the file anew."


def unreadable(path: object, form: str, why: str, remedy: str = WRITE_ANEW) -> HomologError:
    """HM021: an empty, truncated or corrupted file."""
    return HomologError("HM021", f"{path} cannot be read as {form}: {why}. {remedy}")


def which_array(path: object, found: Sequence[str], example: str) -> HomologError:
    """HM022: a file with several arrays, or none, where one was wanted."""
    if not found:
        text = f"{path} holds no array of numbers. homolog inspect {path} shows what it holds."
        return HomologError("HM022", text)
    holds = f"{counted(len(found), 'array')}: {some(found, 8)}"
    return HomologError("HM022", f"{path} holds {holds}. Name one: {example}")


def unknown_format(name: str, suffix: str, known: Sequence[str]) -> HomologError:
    """HM024: a file type we do not read or write."""
    kind = f"'{suffix}'" if suffix else "no file ending"
    network = (
        " A network in it is read by homolog.rules.load; homolog.record then gives what its"
        " neurons respond."
        if suffix == ".safetensors"
        else ""
    )
    return HomologError(
        "HM024", f"{name}: {kind} is not a known format. Known: {', '.join(known)}.{network}"
    )


def pickled(name: str, found: str, remedy: str) -> HomologError:
    """HM014: a file that can run code when it is opened."""
    return HomologError(
        "HM014", f"{name} holds pickled code ({found}), which could run anything. {remedy}"
    )


def columns_not_numeric(columns: Sequence[str]) -> HomologError:
    """HM017: columns of a table that hold words or dates."""
    verb = "holds" if len(columns) == 1 else "hold"
    return HomologError(
        "HM017",
        f"{counted(len(columns), 'column')} of the table {verb}"
        f" no numbers: {some(columns)}. Make the one with stimulus labels the index and drop"
        " the others.",
    )


def text_columns(columns: Sequence[str]) -> HomologError:
    """HM017: columns of words or dates in a file, beside the one that may hold labels."""
    verb = "holds" if len(columns) == 1 else "hold"
    return HomologError(
        "HM017",
        f"{counted(len(columns), 'column')} of the table {verb} no numbers: {some(columns)}."
        " The first column holds the stimulus labels; remove every other column of text.",
    )


def wrapped(path: object, name: str, kind: str) -> HomologError:
    """HM017: a struct or cell of MATLAB, inside which we do not look."""
    return HomologError(
        "HM017",
        f"'{name}' in {path} is a {kind} of MATLAB; only plain arrays are read. Save the array"
        " in it as a variable of its own.",
    )


def first_row_unclear(path: object) -> HomologError:
    """HM039: a first row of a table that may name the neurons or hold responses."""
    return HomologError(
        "HM039",
        f"{path}: row 1 may name the neurons or hold responses. If it is a header let it begin"
        " with the word stimulus, if not put one before it.",
    )


def first_column_unclear(path: object, column: str) -> HomologError:
    """HM039: a first column of a table that may be a neuron or the labels of stimuli."""
    return HomologError(
        "HM039",
        f"{path}: the first column, {column!r}, may hold stimulus labels or a neuron. If labels,"
        ' call it "stimulus"; if it is a neuron, put a column "stimulus" with labels before it.',
    )


def axes_saved(path: object, options: Sequence[str]) -> HomologError:
    """HM025: an option about axes, for a file in which homolog saved them."""
    return HomologError(
        "HM025",
        f"{path} was saved by homolog with its axes: leave out {' and '.join(options)}.",
    )


def nothing_finite(name: str, n: int) -> HomologError:
    """HM004: an array in which there is not one response."""
    return HomologError(
        "HM004", f"{name} holds no response: all {n:,} entries are NaN or inf. Check its source."
    )


def is_folder(path: object) -> HomologError:
    """HM032: a folder where a file was wanted."""
    return HomologError("HM032", f"{path} is a folder. Name a file in it.")


def no_file(path: object, near: Sequence[str]) -> HomologError:
    """HM032: a file or folder that is not there."""
    there = f" In its folder: {some(near)}." if near else ""
    return HomologError("HM032", f"there is no file {path}.{there}")


def images_absent(folder: object, lacking: Sequence[str], near: Sequence[str]) -> HomologError:
    """HM032: a folder that is not there (nothing named) or lacks files of images."""
    what = f"{some(lacking)}, with or without .gz, in the folder" if lacking else "folder"
    there = f" There are: {some(near)}." if near else ""
    return HomologError(
        "HM032",
        f"there is no {what} {folder}.{there} Give the folder that holds the four idx files"
        " of MNIST or Fashion-MNIST.",
    )


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
