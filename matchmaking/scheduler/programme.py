"""A linear programme, collected term by term; solved by HiGHS through SciPy, for highspy and OR-Tools cannot share a
process."""

from math import inf

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

LARGEST = 60_000  # variables: beyond, it takes longer than it is worth
ROUNDING = 1e-6


class Programme:
    """A linear programme, collected term by term."""

    def __init__(self) -> None:
        self.costs: list[float] = []
        self.uppers: list[float] = []
        self.rows: dict[object, int] = {}
        self.limits: list[tuple[float, float]] = []
        self.at_row: list[int] = []
        self.at_column: list[int] = []
        self.factors: list[float] = []
        self.whole: list[bool] = []
        self.infeasible = False
        self.values: list[float] = []
        self.bound = -inf  # no cost is lower

    def variable(self, *, cost: float, upper: float, whole: bool = False) -> int:
        self.costs.append(cost)
        self.uppers.append(upper)
        self.whole.append(whole)
        return len(self.costs) - 1

    def add(self, row: object, variable: int, factor: float, *, lower: float = -inf, upper: float = inf) -> None:
        """Add a term to the row of that name; its limits are those given with its first term."""
        index = self.rows.setdefault(row, len(self.limits))
        if index == len(self.limits):
            self.limits.append((lower, upper))
        self.at_row.append(index)
        self.at_column.append(variable)
        self.factors.append(factor)

    def least(self, seconds: float) -> float | None:
        """The least cost, or None where there is none or time ran out."""
        if not self.costs:
            self.bound = 0.0
            return 0.0
        shape = len(self.limits), len(self.costs)
        matrix = csr_matrix((self.factors, (self.at_row, self.at_column)), shape=shape)
        lower, upper = zip(*self.limits, strict=True)
        found = milp(
            np.array(self.costs),
            integrality=np.array(self.whole, dtype=int),
            bounds=Bounds(0, np.array(self.uppers)),
            constraints=LinearConstraint(matrix, np.array(lower), np.array(upper)),
            options={"time_limit": max(0.01, seconds)},
        )
        self.infeasible = found.status == 2
        self.values = [0.0] * len(self.costs) if found.x is None else found.x.tolist()
        if any(self.whole) and found.mip_dual_bound is not None:
            self.bound = float(found.mip_dual_bound)
        elif found.status == 0:
            self.bound = float(found.fun)
        return float(found.fun) if found.status == 0 else None
