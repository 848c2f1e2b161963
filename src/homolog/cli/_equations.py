"""Equations of docstrings as a terminal can show them: the signs that Unicode has, no markup."""

from __future__ import annotations

import re

SIGNS = {
    "Delta": "Δ", "Sigma": "Σ", "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ",
    "epsilon": "ε", "eta": "η", "theta": "θ", "lambda": "λ", "mu": "μ", "nu": "ν", "pi": "π",
    "rho": "ρ", "sigma": "σ", "partial": "∂", "sum": "Σ", "infty": "∞", "top": "ᵀ", "circ": "∘",
    "cdot": "·", "times": "×", "leftarrow": "←", "rightarrow": "→", "to": "→", "propto": "∝",
    "approx": "≈", "in": "∈", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "neq": "≠",
    "pm": "±", "langle": "⟨", "rangle": "⟩", "quad": "  ", "qquad": "  ", "left": "",
    "right": "", "cap": "∩", "cup": "\u222a", "bigcup": "\u222a", "dots": "…",
    "kappa": "κ", "tau": "τ",
}  # fmt: skip
MARKS = {"\\|": "‖", "\\,": " ", "\\;": " ", "\\!": "", "\\\\": "", "&": ""}
OVER = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303"}

SIZES = re.compile(r"\\[bB]igg?[lrm]?(?![A-Za-z])")

BELOW = str.maketrans("0123456789+-aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
ABOVE = str.maketrans("0123456789+-nᵀ", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿᵀ")
GROUP = r"\{([^{}]*)\}"
ONE = rf"(?:{GROUP}|(\w)(?![A-Za-z]))"


def readable(equation: str) -> str:
    """An equation of LaTeX in plain text; what has no sign of its own is spelled out."""
    text = re.sub(r"(?<!\\\\)\n *(?=\S)", " ", equation)  # A line ends only where LaTeX ends it.
    text = SIZES.sub("", text)
    text = re.sub(rf"\\(?:text|mathrm|mathbf|mathcal|operatorname){GROUP}", r"\1", text)
    for name, sign in OVER.items():
        text = re.sub(rf"\\{name}(?:\{{| )(\w)\}}?", rf"\1{sign}", text)
    for mark, sign in MARKS.items():
        text = text.replace(mark, sign)
    text = re.sub(r"\\sqrt *(\w)", r"\\sqrt{\1}", text)
    text = re.sub(r"\\[td]?frac(\d)(\d)", r"\\frac{\1}{\2}", text)
    text = re.sub(r"\\(?![td]?frac\b|sqrt\b|overline\b)([A-Za-z]+)", _sign, text)
    before = ""
    while text != before:  # From the inside out, for an index may hold another.
        before = text
        text = re.sub(rf"\\[td]?frac{GROUP} *{GROUP}", _fraction, text)
        text = re.sub(rf"\\sqrt{GROUP}", r"√(\1)", text)
        text = re.sub(rf"\\overline{GROUP}", r"mean(\1)", text)
        text = text.replace("^*", "*")
        text = re.sub(rf"\^{ONE}", lambda found: _placed(found, "^", ABOVE), text)
        text = re.sub(rf"_{ONE}", lambda found: _placed(found, "_", BELOW), text)
    text = re.sub(r"([Δ∂]) (?=\w)", r"\1", text)
    text = re.sub(r"(?<=\S) {3,}(?=\S)", "  ", text)
    return re.sub(r" +$", "", text, flags=re.MULTILINE)


def _sign(found: re.Match[str]) -> str:
    return SIGNS.get(found[1], found[1])


def _fraction(found: re.Match[str]) -> str:
    over, under = (
        side if re.fullmatch(r"\d+|[^\W\d]\w*", side) else f"({side})" for side in found.groups()
    )
    return "½" if (over, under) == ("1", "2") else f"({over}/{under})"


def _placed(found: re.Match[str], mark: str, signs: dict[int, int]) -> str:
    """Above or below the line if there are such signs; words are no indices."""
    what = (found[2] if found[1] is None else found[1]).replace(" ", "")
    if all(ord(sign) in signs for sign in what) and not re.search("[a-z]{3}", what):
        return what.translate(signs)
    return f"{mark}{what}" if what.isalpha() or what[:1] == "(" else f"{mark}({what})"
