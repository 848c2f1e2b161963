"""A page as one file: template, style, scripts and numbers, with a policy that fetches nothing."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markupsafe import Markup

    from homolog.report._charts import Chart


def rendered(template: str, shown: Mapping[str, Any], charts: Sequence[Chart]) -> str:
    """Return the page: what a template shows, with the charts that it has places for."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup
    from plotly.offline import get_plotlyjs

    environment = Environment(
        loader=PackageLoader("homolog.report", "."), autoescape=True, undefined=StrictUndefined
    )
    here = Path(__file__).parent
    # A browser hashes a script after turning every line end into one newline.
    plotly = "\n".join(get_plotlyjs().splitlines())
    page = (here / "page.js").read_text(encoding="utf-8")
    environment.filters["breakable"] = _breakable
    return environment.get_template(template).render(
        **shown,
        charts=Markup(as_json(charts)),
        style=Markup((here / "style.css").read_text(encoding="utf-8")),
        plotly=Markup(plotly),
        page=Markup(page),
        policy=_policy(plotly, page),
    )


def as_json(charts: Sequence[Chart]) -> str:
    """Write JSON that cannot close the script element that holds it."""
    drawn = [{"id": c.id, "data": c.data, "layout": c.layout} for c in charts if c.data]
    text = json.dumps(drawn, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("&", "\\u0026")


def download(bibtex: str) -> str:
    """The link under which a page hands out its references."""
    return f"data:text/x-bibtex;base64,{b64encode(bibtex.encode()).decode()}"


def _breakable(label: str) -> Markup:
    """Let a line break after the marks inside a measure's label."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"([_(=,])", r"\1<wbr>", str(escape(label))))


def _policy(*scripts: str) -> str:
    """Allow these scripts and no other, inline style, and pictures made in the page."""
    allowed = " ".join(
        f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts
    )
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
