"""The commands about learning rules and training, as a person types them."""

import inspect
import json
import re

import pytest
from typer.testing import CliRunner

import homolog
from homolog import HomologError, measures
from homolog.cli import app
from homolog.cli._equations import SIGNS, readable
from homolog.cli._shared import plain
from homolog.cli._train import changed
from homolog.rules import find
from unit.learning import clusters

SPELLED = {"sqrt", "min", "max", "arg", "cos", "sin", "arccos", "exp", "log"}
SMALL = ["--sizes", "64-20-10", "--epochs", "2"]


def run(*arguments):
    return CliRunner().invoke(app, [str(one) for one in arguments])


def test_rules_are_listed_with_what_their_networks_have():
    listed = run("rules", "list").stdout.splitlines()
    assert listed[0].split() == ["rule", "feedback", "lateral", "settles", "what", "it", "is"]
    facts = {line.split()[0]: line.split()[1:4] for line in listed[1:]}
    assert list(facts) == list(homolog.rules.names())
    assert facts["backprop"] == ["no", "no", "no"]
    assert facts["corinfomax"] == ["yes", "yes", "yes"]
    assert facts["feedback_alignment"] == ["yes", "no", "no"]
    assert facts["similarity_matching"] == ["no", "yes", "yes"]


@pytest.mark.parametrize("name", homolog.rules.names())
def test_a_rule_is_explained(name):
    from homolog.networks.layered import settings

    result = run("rules", "show", name)
    assert result.exit_code == 0, result.output
    shown = result.stdout
    rule = find(name)()
    assert shown.startswith(f"{name}: {rule.title}")
    for setting, default in settings(rule).items():
        assert f"{setting} = {default!r}" in shown
    assert "math::" not in shown
    assert ":math:" not in shown
    assert "\\" not in shown
    assert "_{" not in shown
    for row in homolog.rules.presets(name):
        assert "-".join(map(str, row.sizes)) in shown


def test_published_numbers_are_shown_with_their_row():
    lines = run("rules", "show", "corinfomax").stdout.splitlines()
    row = next(line for line in lines if line.startswith("mnist") and " box " in line)
    assert "784-500-10" in row
    assert re.search(r" 97.62 %  +0.1  +0.121 ", row)
    head = next(line for line in lines if line.startswith("task "))
    assert re.search(r" published +± printed +test std ", head)


@pytest.mark.parametrize("name", homolog.rules.names())
def test_a_rule_is_cited_as_bibtex(name):
    from homolog._citations import reference

    cited = reference(run("rules", "cite", name).stdout)
    assert cited.link.startswith("https://")
    assert cited.full.partition(",")[0] in (find(name).__doc__ or "")  # the first author


def test_a_published_number_without_a_deviation_stands_alone():
    assert "40.79 %" in run("rules", "show", "similarity_matching").stdout


def test_a_rule_that_does_not_exist_is_one_line():
    for arguments in (("rules", "show", "corinfomx"), ("train", "corinfomx")):
        result = run(*arguments)
        assert result.exit_code == 1
        assert "HM023 no rule 'corinfomx'. Closest: 'corinfomax'" in result.stderr
        assert len(result.stderr.strip().splitlines()) == 1


def test_training_prints_what_the_library_says(tmp_path):
    result = run("train", "backprop", *SMALL, "--replicas", 2, "-o", tmp_path / "run", "--quiet")
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    assert "backprop on digits: nothing was published; the rule's own settings" in result.stdout
    training = homolog.train(
        "backprop", "digits", (64, 20, 10), epochs=2, replicas=2, folder=tmp_path / "run"
    )
    assert str(training) in result.stdout
    assert (tmp_path / "run/replica-1/network.safetensors").exists()
    assert f"kept: {tmp_path / 'run'}" in result.stdout


def test_progress_is_told_in_lines_where_nobody_watches():
    shown = run("train", "backprop", *SMALL).stderr.splitlines()
    assert [line.split(" — ")[0] for line in shown] == ["backprop on digits, replica 0"] * 2
    assert shown[1].endswith("% of the test right: 2 of 2")


def test_training_goes_on_in_its_folder_and_refuses_other_settings(tmp_path):
    arguments = ["train", "corinfomax", "--sizes", "64-20-10", "-o", tmp_path, "--quiet"]
    assert run(*arguments, "--epochs", 1).exit_code == 0
    assert run(*arguments, "--epochs", 2).exit_code == 0
    lines = (tmp_path / "replica-0/history.jsonl").read_text().splitlines()
    assert [json.loads(line)["epoch"] for line in lines] == [1, 2]
    other = run(*arguments, "--epochs", 2, "--set", "leak=0.25")
    assert other.exit_code == 1
    assert "HM046" in other.stderr
    assert "settings.leak was 0.5, now 0.25" in other.stderr
    assert other.stderr.strip().endswith("(On the command line: --out.)")


def test_an_interruption_says_how_to_go_on(tmp_path, monkeypatch):
    def interrupted(*_args, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("homolog.training.train", interrupted)
    kept = run("train", "backprop", *SMALL, "-o", tmp_path)
    assert kept.exit_code == 130
    assert "interrupted: the same command goes on from the last epoch" in kept.stderr
    assert "interrupted: nothing was kept" in run("train", "backprop", *SMALL).stderr


@pytest.fixture
def mnist(monkeypatch):
    """A task of MNIST's name and shape, and what `homolog.train` is given for it."""
    from dataclasses import replace

    import numpy as np

    small = clusters()
    stimuli = {name: np.pad(getattr(small, name), ((0, 0), (0, 779))) for name in ("train", "test")}
    task = replace(small, **stimuli, classes=tuple("0123456789"), name="mnist")
    given = []

    def train(*arguments, **options):
        given.append((*arguments, options))

    monkeypatch.setattr("homolog.tasks.load", lambda *_args, **_options: task)
    monkeypatch.setattr("homolog.training.train", train)
    return given


def test_published_settings_and_sizes_are_taken_and_said(mnist):
    result = run("train", "corinfomax", "--data", "mnist", "--variant", "sparse", "--seed", 7)
    told = (
        "settings of the published row CorInfoMax-B1,+ (Appendix J.6) (sparse), 97.71 % of the "
        "test, with a standard deviation of 0.096 over seeds\n"
        "(--variant takes other rows: box; box, three layers)"
    )
    assert told in result.stdout
    rule, _, sizes, options = mnist[0]
    assert rule == homolog.rules.preset("corinfomax", "mnist", "sparse")
    assert sizes == (784, 500, 10)
    assert (options["rng"], options["epochs"], options["batch"]) == (7, 50, 20)


def test_settings_and_sizes_can_be_changed(mnist):
    run(
        "train", "corinfomax", "--data", "mnist", "--sizes", "784,30,10",
        "--set", "forward_rates=0.5", "--set", "domain=relu", "--set", "lateral-refresh=10",
    )  # fmt: skip
    rule, _, sizes, _ = mnist[0]
    assert sizes == (784, 30, 10)
    assert (rule.forward_rates, rule.domain, rule.lateral_refresh) == ((0.5,), "relu", 10)
    assert rule.epsilon == homolog.rules.preset("corinfomax", "mnist").epsilon


def test_a_bound_that_was_not_enforced_can_be(mnist):
    run(
        "train", "corinfomax", "--data", "mnist", "--variant", "sparse",
        "--set", "interneuron_rates=None",
    )  # fmt: skip
    assert mnist[0][0].interneuron_rates is None


def test_a_variant_that_was_not_published_is_refused(mnist):
    result = run("train", "corinfomax", "--data", "mnist", "--variant", "boxy")
    assert result.exit_code == 1
    assert "HM023 no preset of corinfomax for 'mnist (boxy)'" in result.stderr
    assert mnist == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("stepsize=0.1", "HM023 no setting of corinfomax 'stepsize'. Closest: 'step_size'"),
        ("step_size", "HM025 --set is 'step_size'; allowed: name=value"),
        ("step_size=big", "HM025 --set step_size is 'big'; allowed: a number"),
        ("free_steps=1.5", "HM025 --set free_steps is '1.5'; allowed: a whole number"),
        ("step_size=0.2", "HM045 step_size is 0.2"),
        ("contrast=none", "HM025 contrast is 'none'"),
        ("feedback_rates=None", "HM025 feedback_rates is None"),
        *(
            (f"rate_decays={text}", rf"HM025 --set rate_decays is '{text}'; allowed: pairs in quot")
            for text in ("0,0.95", "0:0.95", "0.95")
        ),
    ],
)
def test_settings_that_make_no_sense_are_refused(change, message):
    with pytest.raises(HomologError, match=message):
        changed(find("corinfomax")(), [change])


def test_pairs_are_written_as_python_writes_them():
    rule = changed(find("corinfomax")(), ["rate_decays=((0, 0.9), (5, 0.8))"])
    assert rule.rate_decays == ((0, 0.9), (5, 0.8))


@pytest.mark.parametrize(
    ("equation", "signs"),
    [
        (r"\tfrac12 s^\top M s", "½ sᵀ M s"),
        (r"r_{k-1} \leftarrow \tfrac{1}{\epsilon}(W_k r_k - u_P)", "rₖ₋₁ ← (1/ε)(Wₖ rₖ - u_P)"),
        (r"\langle s \rangle_{\text{nudged}}", "⟨ s ⟩_nudged"),
        (r"\left(1 - \frac{\alpha}{2 |\beta|}\right)^{-1}", "(1 - (α/(2 |β|)))⁻¹"),
        (r"\hat X_{(-f)}", "X̂_(-f)"),
        (r"\frac{a}" + "\n    {" + r"\bigl|b\bigr|}", "(a/(|b|))"),
        (r"X^* \cap Y \cup Z, \dots, \kappa, \tau_b, \sqrt 2", "X* ∩ Y \u222a Z, …, κ, τ_b, √(2)"),
        (r"\Bigl\| K^{2\alpha} \Bigr\|", "‖ K^(2α) ‖"),
    ],
)
def test_equations_are_told_in_signs(equation, signs):
    assert readable(equation) == signs


@pytest.mark.parametrize("name", measures.names())
def test_no_markup_is_left_in_the_equations_of_a_measure(name):
    told = plain(inspect.cleandoc(measures.find(name).__doc__ or ""))
    assert not re.search(r"[\\{}]", told), told
    words = set(re.findall(r"\\([A-Za-z]+)", measures.find(name).__doc__ or "")) - SIGNS.keys()
    assert not [one for one in words - SPELLED if re.search(rf"(?<![A-Za-z]){one}\b", told)]


def test_sizes_that_do_not_fit_the_task_are_told_as_they_are_typed():
    result = run("train", "backprop", "--sizes", "64-20-5")
    assert "HM025 --sizes is '64-20-5'; allowed: 64 first and 10 last for dig" in result.stderr
    assert "as in 64-50-10" in result.stderr


def test_sizes_that_are_no_numbers_are_refused():
    result = run("train", "backprop", "--sizes", "64-a-10")
    assert "HM025 --sizes is '64-a-10'; allowed: whole numbers, as in 784-500-10" in result.stderr
