"""How well a threshold on time tells two groups of answers apart (EN-05): the area under the ROC curve."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby


def auc(first: Sequence[float], second: Sequence[float]) -> float:
    """The chance that one of `second` took longer than one of `first` (Mann-Whitney), folded: 0.5 is no telling."""
    ranked = sorted([(value, 0) for value in first] + [(value, 1) for value in second])
    rank_sum, position = 0.0, 0
    for _, tied in groupby(ranked, key=lambda pair: pair[0]):
        group = list(tied)
        middle = position + (len(group) + 1) / 2
        rank_sum += middle * sum(which for _, which in group)
        position += len(group)
    pairs = len(first) * len(second)
    area = (rank_sum - len(second) * (len(second) + 1) / 2) / pairs
    return max(area, 1 - area)


def noise(first: int, second: int) -> float:
    """The standard error of the area where there is nothing to tell: what chance alone adds to 0.5."""
    return math.sqrt((first + second + 1) / (12 * first * second))
