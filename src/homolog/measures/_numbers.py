"""What counts as a number in an option: True and False do not."""

from numbers import Integral, Real


def is_real(value: object) -> bool:
    """Whether it is a number."""
    return isinstance(value, Real) and not isinstance(value, bool)


def is_whole(value: object) -> bool:
    """Whether it is a whole number."""
    return isinstance(value, Integral) and not isinstance(value, bool)
