"""The page of a study: its claims with their verdicts, then every part with its figure."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from homolog._write import write_whole
from homolog.studies import _tabled
from homolog.studies._record import FULL
from homolog.studies._study import Part, Row, Study

_STYLE = """
:root { color-scheme: light dark; --paper: #fbfbf9; --ink: #1d2127; --soft: #5c636d;
  --line: #e2e3df; --agree: #0072b2; --disagree: #d55e00;
  --serif: "Iowan Old Style", Charter, "Palatino Linotype", "Liberation Serif", Georgia, serif; }
@media (prefers-color-scheme: dark) { :root { --paper: #14161a; --ink: #e9e7e2; --soft: #a2a8b1;
  --line: #31353c; --agree: #56b4e9; --disagree: #f08a3c; } }
body { margin: 0 auto; padding: 2rem clamp(1.25rem, 4vw, 3rem) 4rem; max-width: 70rem;
  background: var(--paper); color: var(--ink);
  font: 1rem/1.6 system-ui, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif; }
h1, h2 { font-family: var(--serif); font-weight: 500; line-height: 1.2; }
h1 { font-size: clamp(2rem, 5vw, 3rem); margin: 1rem 0 0.5rem; }
h2 { font-size: 1.6rem; margin: 3.5rem 0 0.5rem; }
p { max-width: 46rem; }
a { color: inherit; }
.soft, .reading { color: var(--soft); }
.warning { border-left: 3px solid var(--disagree); padding-left: 1rem; }
.wide { overflow-x: auto; }
td.whole { white-space: nowrap; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; font-size: 0.9375rem; }
th { text-align: left; font-weight: 500; font-size: 0.8125rem; color: var(--soft); }
th, td { padding: 0.6rem 1.25rem 0.6rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; }
td.verdict { white-space: nowrap; font-weight: 600; }
td.agree { color: var(--agree); } td.disagree { color: var(--disagree); }
td.cannot, td.not { color: var(--soft); }
.reading { display: block; font-size: 0.875rem; }
@media (max-width: 40rem) { table, tbody, tr, td { display: block; } tr.head { display: none; }
  tr { border-bottom: 1px solid var(--line); padding: 0.75rem 0; }
  td { border: 0; padding: 0.2rem 0; overflow-wrap: anywhere; } img { min-width: 42rem; } }
img { width: 100%; height: auto; background: #ffffff; border-radius: 6px; margin-top: 0.5rem; }
"""

_MARKS = {
    "agree": "✓ agree",
    "disagree": "✗ disagree",
    "cannot tell": "? cannot tell",
    "not run": "– not run",
}

_BY = {"the paper": "claimed by the paper", "this study": "asked by this study"}


_READING = (
    "Every verdict follows the rule beside it. Intervals are of 95 %. Each claim is judged by "
    "itself: with as many as here, one in twenty that hang by a thread may fall by luck."
)


def write(
    study: Study,
    claims: Sequence[Row],
    tables: Mapping[str, Sequence[Row]],
    left_out: Mapping[str, str],
    facts: Mapping[str, str],
    notes: Sequence[str],
    folder: Path,
) -> Path:
    """Write ``index.html``, which needs no other file, no script and no network."""
    quick = facts["size"] != FULL
    counts = {mark: sum(row["verdict"] == mark for row in claims) for mark in _MARKS}
    tally = ", ".join(f"{mark}: {count}" for mark, count in counts.items())
    warning = (
        '<p class="warning">A quick run: small populations and few draws, to see that everything '
        "works. Its verdicts are not evidence.</p>"
    )
    body = [
        f'<p class="soft">homolog study {escape(study.name)}</p>',
        f"<h1>{escape(study.title)}</h1>",
        f'<p class="soft">{_origin(study.source, claims)} Of {len(claims)} claims: {tally}.</p>',
        warning if quick else "",
        *(f'<p class="warning">{escape(note)}</p>' for note in notes),
        _table(claims),
        f'<p class="soft">{_READING}</p>',
        *(f"<h2>{escape(title)}</h2>{_tabled.html(rows)}" for title, rows in tables.items()),
        *(_part(part, left_out.get(part.name), folder) for part in study.parts),
        "<h2>How these numbers came about</h2>",
        _facts(facts),
    ]
    page = (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(study.title)}</title>\n<style>{_STYLE}</style>\n<body>\n"
        + "\n".join(body)
        + "\n</body>\n</html>\n"
    )
    return write_whole(folder / "index.html", page.encode())


def _origin(source: str, claims: Sequence[Row]) -> str:
    """Whose claims they are; a study may ask its own, with a paper's method or subject."""
    link = f'<a href="{escape(source)}">{escape(source)}</a>'
    of_paper = sum(row["by"] == "the paper" for row in claims)
    if of_paper == len(claims):
        return f"The paper: {link}."
    if of_paper == 0:
        return f"All claims are asked by this study. It builds on {link}."
    asked = len(claims) - of_paper
    return f"Claimed by the paper, {link}: {of_paper}; asked by this study: {asked}."


def _table(claims: Sequence[Row]) -> str:
    rows = [
        f"<tr><td>{escape(str(row['claim']))}"
        f'<span class="reading">{_BY[str(row["by"])]}</span></td>'
        f'<td class="verdict {str(row["verdict"]).split()[0]}">{_MARKS[str(row["verdict"])]}</td>'
        f"<td>{escape(str(row['number']))}"
        f'<span class="reading">{escape(str(row["reading"]))}</span>'
        f'<span class="reading">Rule: {escape(str(row["rule"]))}</span></td></tr>'
        for row in claims
    ]
    head = (
        '<tr class="head"><th>Claim</th><th>Verdict</th>'
        "<th>Number, and what to make of it</th></tr>"
    )
    return f'<div class="wide"><table>{head}{"".join(rows)}</table></div>'


def _facts(facts: Mapping[str, str]) -> str:
    rows = [
        f"<tr><td>{escape(name)}</td><td>{escape(fact)}</td></tr>" for name, fact in facts.items()
    ]
    return f'<div class="wide"><table>{"".join(rows)}</table></div>'


def _part(part: Part, left_out: str | None, folder: Path) -> str:
    head = f"<h2>{escape(part.title)}</h2>\n<p>{escape(part.question)}</p>"
    if left_out is not None:
        return f'{head}\n<p class="warning">Not run: {escape(left_out)}</p>'
    picture = b64encode((folder / f"{part.name}.svg").read_bytes()).decode()
    return (
        f'{head}\n<div class="wide"><img alt="{escape(part.picture)}" '
        f'src="data:image/svg+xml;base64,{picture}"></div>\n'
        f'<p class="soft">Numbers: <a href="{part.name}.csv">{part.name}.csv</a></p>'
    )
