"""Refusals of audits."""

from collections.abc import Sequence

from homolog.errors._base import HomologError


def not_smooth(measure: str, smooth: Sequence[str]) -> HomologError:
    """HM060: a measure through which no gradient flows."""
    return HomologError(
        "HM060",
        f"{measure} cannot be optimised: no gradient flows through it. Smooth measures:"
        f" {', '.join(smooth)}; rsa with comparison=\"pearson\" or \"cosine\".",
    )


def cannot_start(what: str, got: str, remedy: str) -> HomologError:
    """HM061: responses from which no optimisation can set out."""
    return HomologError("HM061", f"{what}: {got}. {remedy}")
