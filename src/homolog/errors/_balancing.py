"""Refusals of balancing."""

from collections.abc import Sequence

from homolog._words import counted
from homolog.errors._base import HomologError, indices


def reducible(
    sizes: Sequence[int], silent: Sequence[int], source: Sequence[int], n_crossing: int, cost: float
) -> HomologError:
    """HM050: a graph of costs that no rescaling can balance."""
    largest = ", ".join(str(size) for size in sizes[:5]) + (", …" if len(sizes) > 5 else "")
    return HomologError(
        "HM050",
        f"the costs have no equilibrium: their graph falls into {len(sizes)} strongly connected"
        f" components (sizes {largest}) joined one way by {counted(n_crossing, 'synapse')} of cost"
        f" {cost:.4g}, which a rescaling can make as small as it likes."
        f" {counted(len(silent), 'neuron')} without outgoing cost"
        f"{_which(silent)}, {len(source)} without incoming cost{_which(source)}."
        ' Choose on_reducible="components" (balance each component) or, in homolog.balance,'
        ' "ground" (include input and readout weights, if there are any) or "floor" (with'
        ' cost="robustness": no gain is exactly zero).',
    )


def bad_costs(what: str, got: str, remedy: str) -> HomologError:
    """HM051: something that is no matrix of costs."""
    return HomologError("HM051", f"{what}: {got}. {remedy}")


def not_converged(method: str, rounds: int, residual: float, wanted: float) -> HomologError:
    """HM052: an equilibrium that was not reached."""
    return HomologError(
        "HM052",
        f'method "{method}" reached ‖g‖/C = {residual:.3g} after {rounds} rounds; {wanted:.3g} was'
        ' asked for. Use method="auto", or a larger tolerance.',
    )


def _which(neurons: Sequence[int]) -> str:
    return f" ({indices(neurons)})" if len(neurons) else ""


def cannot_rescale(where: object, reason: str, remedy: str) -> HomologError:
    """HM057: a part of a module through which no scale of a unit can be carried."""
    return HomologError("HM057", f"{where or 'the module'}: {reason}. {remedy}")


def recurrent_misfit(what: str, got: object, expected: object) -> HomologError:
    """HM053: a part of a recurrent network, or an input to one, that does not fit it."""
    return HomologError("HM053", f"recurrent network: {what} is {got}; expected {expected}.")


def nothing_drives(name: str) -> HomologError:
    """HM070: a network whose activity is asked for, and nothing leads into it."""
    return HomologError(
        "HM070",
        f"{name} has synapses between neurons and no input weights: nothing drives it, and there is"
        " no activity to score. Give a trained network (homolog train-recurrent), or add weights:"
        " RecurrentNetwork.from_connectome(path, input_weights=…, output_weights=…).save(path).",
    )


def not_a_recurrent_network(what: str, why: str) -> HomologError:
    """HM053: something of which no recurrent network of this kind can be made."""
    return HomologError("HM053", f"{what} cannot become a RecurrentNetwork: {why}.")


def not_a_torch_network(why: str) -> HomologError:
    """HM053: a recurrent network that PyTorch has no module for."""
    return HomologError("HM053", f"this RecurrentNetwork cannot become a torch.nn.RNN: {why}.")


def not_homogeneous(activation: str, error: float) -> HomologError:
    """HM054: an activation under which a rescaled network computes something else."""
    return HomologError(
        "HM054",
        f"{activation} is not homogeneous: φ(a x) and a φ(x) differ by up to {error:.2g} of the"
        " larger, and are equal for relu, leaky, linear and abs. A network of such neurons"
        " computes something else once its synapses are rescaled. Train it with one of these.",
    )


def beyond_range(what: str, where: Sequence[int], precision: object) -> HomologError:
    """HM055: a rescaling or a power whose result is no number any more."""
    at = f" at ({', '.join(map(str, where))})" if where else ""
    return HomologError(
        "HM055",
        f"{what}{at} leaves the range of {precision}: it becomes infinite, or so small that its"
        " digits are lost. Give log-scales that differ less, weights nearer to 1, or float64.",
    )


def flow_stopped(reached: float, asked: float, why: str) -> HomologError:
    """HM055: a flow that ends before the time asked for."""
    return HomologError(
        "HM055",
        f"the flow stops at time {reached:.6g} of {asked:.6g}: {why}. Ask for earlier times only,"
        " or follow another gradient.",
    )


def not_balanced(residual: float, most: float) -> HomologError:
    """HM056: a network that should be balanced, and is not."""
    return HomologError(
        "HM056",
        f"the network is not balanced: ‖g‖/C is {residual:.3g}, at most {most:g} is asked for. What"
        " a changed synapse does is told from the rest only where all else stands still: give the"
        " costs at homolog.balancing.equilibrium.",
    )


def in_parts(sizes: Sequence[int]) -> HomologError:
    """HM056: a network of several parts, each with a common cost of its own."""
    return HomologError(
        "HM056",
        f"the network falls into {len(sizes)} parts that no synapse joins (sizes"
        f" {indices(sizes)}), and each has a common cost of its own. Give one part at a time;"
        " homolog.balancing.equilibrium(costs).components says which neurons they hold.",
    )


def common_cost_unknown(lower: float, upper: float, range_of_h: float) -> HomologError:
    """HM056: a common cost that double precision does not reach."""
    return HomologError(
        "HM056",
        f"the common cost lies between {lower:.6g} and {upper:.6g}, and no better bounds were"
        f" found: the log-scales already span {range_of_h:.3g}, beyond what float64 resolves. Look"
        " for long chains of neurons; homolog.balancing.equilibrium has no such limit.",
    )


def weak_cut() -> HomologError:
    """HM056: a network whose parts hang together by next to nothing."""
    return HomologError(
        "HM056",
        "the network hangs together by synapses that cost some 1e-16 of others at the same neurons,"
        " which float64 cannot tell from none: what follows for its parts is not known. Set such"
        " costs to 0, or give the costs at homolog.balancing.equilibrium.",
    )
