"""Writes statistics.json, the figures of another implementation, with SciPy.

    pip install scipy numpy
    python make_statistics.py
"""

import itertools
import json
import math
import pathlib

import numpy
import scipy
from scipy import optimize, special, stats


def holm(p_values):
    """Step-down by its definition: the largest corrected p-value among those at most as large."""
    order = sorted(p_values)
    corrected = [min(1, (len(order) - rank) * p) for rank, p in enumerate(order)]
    return [max(c for q, c in zip(order, corrected) if q <= p) for p in p_values]


def detectable(count, discordant, alpha, power):
    tails = [stats.binomtest(k, discordant, 0.5).pvalue for k in range((discordant + 1) // 2)]
    critical = max((k for k, p in enumerate(tails) if p <= alpha), default=None)
    if critical is None:
        return None
    share = optimize.brentq(
        lambda q: stats.binom.cdf(critical, discordant, q) - power, 1e-12, 0.5, xtol=1e-15)
    return 100 * discordant * (1 - 2 * share) / count


def sequential(count, baseline, candidate, alpha):
    discordant = baseline + candidate
    log_p = (special.betaln(1, 1) - special.betaln(baseline + 1, candidate + 1)
             - discordant * math.log(2))

    def bound(gains, losses):
        stakes = 0.5 ** numpy.arange(1, 9)

        def log_wealth(difference):
            return special.logsumexp(
                gains * numpy.log1p(stakes * (difference - 1))
                + (count - gains - losses) * numpy.log1p(stakes * difference)
                + losses * numpy.log1p(stakes * (difference + 1))) - math.log(8)

        start = (gains - losses) / count
        if log_wealth(1) < math.log(2 / alpha):
            return 1
        return optimize.brentq(lambda d: log_wealth(d) - math.log(2 / alpha), start, 1, xtol=1e-14)

    return {
        "pValue": min(1, math.exp(log_p)),
        "interval": [-100 * bound(baseline, candidate), 100 * bound(candidate, baseline)],
    }


def proportion(correct, count, alpha):
    log_coefficient = -special.betaln(correct + 1, count - correct + 1)

    def excess(p):
        return (log_coefficient + special.xlogy(correct, p) + special.xlog1py(count - correct, -p)
                - math.log(alpha))

    share = correct / count
    lower = optimize.brentq(excess, 1e-300, share, xtol=1e-15) if correct else 0
    upper = optimize.brentq(excess, share, 1 - 1e-16, xtol=1e-15) if correct < count else 1
    return [lower, upper]


def seeds(baseline, candidate, examples):
    first, second = numpy.array(baseline), numpy.array(candidate)
    test = stats.permutation_test(
        (first, second), lambda x, y, axis: abs(numpy.mean(x, axis=axis) - numpy.mean(y, axis=axis)),
        vectorized=True, n_resamples=10**6, alternative="greater")
    variances = [v.var(ddof=1) / len(v) for v in (first, second)]
    degrees = sum(variances) ** 2 / sum(
        v**2 / (len(x) - 1) for v, x in zip(variances, (first, second)))
    half = stats.t.ppf(0.975, math.floor(degrees + 1e-9)) * math.sqrt(sum(variances))
    difference = second.mean() - first.mean()
    return {
        "baseline": baseline, "candidate": candidate, "examples": examples,
        "pValue": float(test.pvalue),
        "interval": [100 * (difference - half) / examples, 100 * (difference + half) / examples],
    }


families = [[0.01], [0.04, 0.01, 0.03], [0.02, 0.02, 0.5, 0.9], [1e-9, 0.013, 0.05, 0.013, 1.0]]
detections = [
    (1000, 5, 0.05, 0.8), (1000, 6, 0.05, 0.8), (1000, 7, 0.05, 0.8), (500, 100, 0.05, 0.8),
    (10_000, 321, 0.05, 0.9), (10_000, 1500, 0.01, 0.8), (100_000, 20_001, 0.05, 0.8),
]
looks = [
    (1, 0, 1, 0.05), (8, 0, 8, 0.05), (100, 3, 20, 0.05), (1000, 50, 40, 0.05),
    (5000, 100, 100, 0.05), (5000, 20, 900, 0.01), (10_000, 6000, 2, 0.05), (10_000, 0, 0, 0.05),
]
proportions = [(0, 10, 0.05), (10, 10, 0.05), (1, 2, 0.05), (80, 100, 0.05), (7612, 10_000, 0.01)]
sides = [
    ([700, 712, 705], [760, 755, 771], 1000), ([80, 82, 85, 81], [86, 88, 90, 87], 100),
    ([40, 42, 44, 41, 40], [43, 42, 46, 40], 100), ([500, 510], [505, 512, 530, 541, 550], 600),
    ([900, 901, 903, 899, 905, 898], [902, 904, 900, 907, 903, 906], 1000),
]
result = {
    "scipy": scipy.__version__,
    "holm": [{"pValues": f, "adjusted": holm(f)} for f in families],
    "detectable": [
        {"count": c, "discordant": d, "alpha": a, "power": p, "points": detectable(c, d, a, p)}
        for c, d, a, p in detections],
    "sequential": [
        {"count": c, "baseline": b, "candidate": d, "alpha": a, **sequential(c, b, d, a)}
        for c, b, d, a in looks],
    "proportion": [
        {"correct": k, "count": n, "alpha": a, "interval": proportion(k, n, a)}
        for k, n, a in proportions],
    "student": [
        {"degrees": d, "confidence": c, "quantile": float(stats.t.ppf((1 + c) / 2, d))}
        for d, c in itertools.product([1, 2, 3, 4, 5, 6, 9, 18, 31, 100], [0.9, 0.95, 0.99])],
    "binomial": [
        {"count": n, "probability": p, "limit": k, "cumulative": float(stats.binom.cdf(k, n, p))}
        for n, p, k in [(1, 0.5, 0), (10, 0.3, 4), (100, 0.01, 0), (5000, 0.48, 2380),
                        (100_000, 0.5, 49_900), (20_000, 1e-5, 0), (300, 0.999, 298)]],
    "seeds": [seeds(*side) for side in sides],
}
path = pathlib.Path(__file__).parent / "statistics.json"
path.write_text(json.dumps(result, indent=1) + "\n")
