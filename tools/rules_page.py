"""Write docs/rules.md from what the learning rules declare, or check that it is current.

Usage: python tools/rules_page.py [--check]
"""

import inspect
import sys
from pathlib import Path

from _page import keep, markdown, yes

from homolog import rules
from homolog.networks.layered import settings
from homolog.rules._rule import LearningRule, Preset

PAGE = Path(__file__).resolve().parents[1] / "docs" / "rules.md"

HEAD = """\
# Learning rules

<!-- Written by tools/rules_page.py: change the rules, then `make docs`. -->

A learning rule says how the neurons of a network come to rest when a stimulus is shown, and how its
synapses change when the target is known. All have the same three verbs: `wire(sizes, rng)` brings
networks to life, `respond(network, stimulus)` gives the rates of every layer, and `step(network,
stimulus, target)` the network that has learned from one batch. How to train, compare and tabulate
networks: [how to train](how-to/train.md), [what was found](learning-rules.md). Words:
[glossary](glossary.md).

The published rows are those of Table 1 of [the paper on
CorInfoMax](https://arxiv.org/abs/2306.04810), with what its code and logs add.
`homolog.rules.preset(rule, dataset, variant)` gives the settings of a row. Accuracies are means
over ten seeds, in per cent.
"""


def page() -> str:
    """The whole page."""
    found = [rules.find(name) for name in rules.names()]
    return "\n".join([HEAD, overview(found), *map(section, found)])


def overview(found: list[type[LearningRule]]) -> str:
    """One line for each rule."""
    head = "| rule | what it is | own feedback | lateral synapses | settles |"
    rows = []
    for rule in found:
        network = rule().wire((2, 2, 2))
        facts = (bool(network.feedback), bool(network.lateral), "step_size" in settings(rule()))
        first = inspect.getdoc(rule).partition("\n")[0]
        rows.append(f"| [{rule.name}](#{rule.name}) | {first} | {' | '.join(map(yes, facts))} |")
    return "\n".join([head, "| --- " * 5 + "|", *rows, ""])


def section(rule: type[LearningRule]) -> str:
    """What a rule says of itself, its settings as they are by default, and published rows."""
    defaults = "\n".join(f"| `{name}` | `{value!r}` |" for name, value in settings(rule()).items())
    published = "\n".join(map(row, rules.presets(rule.name)))
    return f"""\
## {rule.name}

*{rule.title}.* Source: <{rule.source}>

{markdown(rule)}

| setting | default |
| --- | --- |
{defaults}

| images | variant | row | sizes | published | std of test accuracy | note |
| --- | --- | --- | --- | --- | --- | --- |
{published}

```bibtex
{inspect.cleandoc(rule.citation)}
```
"""


def row(preset: Preset) -> str:
    """A published row with its numbers, empty where there is none."""
    cells = (
        preset.dataset,
        preset.variant,
        preset.row,
        "-".join(map(str, preset.sizes)),
        "" if preset.published is None else f"{preset.published:.2f}",
        "" if preset.test_std is None else f"{preset.test_std:g}",
        preset.note,
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(keep(PAGE, page(), "learning rules"))
