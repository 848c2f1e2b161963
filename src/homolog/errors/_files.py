"""Files that cannot be read or written, and recordings that are not there."""

from collections.abc import Sequence

from homolog.errors._base import HomologError, counted, some


def unreadable(
    path: object, form: str, why: str, remedy: str = "Write the file anew."
) -> HomologError:
    """HM021: an empty, truncated or corrupted file."""
    return HomologError("HM021", f"{path} cannot be read as {form}: {why}. {remedy}")


def which_array(path: object, found: Sequence[str], example: str) -> HomologError:
    """HM022: a file with several arrays, or none, where one was wanted."""
    holds = f"holds {counted(len(found), 'array')}: {some(found, 8)}" if found else "holds no array"
    return HomologError("HM022", f"{path} {holds}. Name one: {example}")


def unknown_format(name: str, suffix: str, known: Sequence[str]) -> HomologError:
    """HM024: a file type we do not read or write."""
    kind = f"'{suffix}'" if suffix else "no file ending"
    return HomologError(
        "HM024", f"{name}: {kind} is not a known format. Known: {', '.join(known)}."
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


def no_file(path: object, near: Sequence[str]) -> HomologError:
    """HM032: a file or folder that is not there."""
    there = f" In its folder: {some(near)}." if near else ""
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
