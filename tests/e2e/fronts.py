"""fronts.py: fronts of two objectives, by the definition.
SPDX-License-Identifier: Apache-2.0"""


def points_of(rows, objectives=("latency_ns", "energy_pj")):
    """Both objectives of each trial that is ok."""
    return [tuple(float(r[name]) for name in objectives)
            for r in rows if r["state"] == "ok"]


def front_of(points):
    return [p for p in points
            if not any(q[0] <= p[0] and q[1] <= p[1] and q != p
                       for q in points)]


def reference_of(front):
    """A tenth of its extent beyond the front: points far from it count
    nothing."""
    return [max(p[i] for p in front) +
            0.1 * (max(p[i] for p in front) - min(p[i] for p in front))
            for i in range(2)]


def dominated(points, reference):
    """Area that points dominate: the union of their boxes, cell by cell of the
    grid of their coordinates."""
    inside = [p for p in points if p[0] < reference[0] and p[1] < reference[1]]
    xs = sorted({p[0] for p in inside}) + [reference[0]]
    area = 0.0
    lowest = reference[1]
    best = {}
    for x, y in inside:
        best[x] = min(best.get(x, y), y)
    for left, right in zip(xs, xs[1:]):
        lowest = min(lowest, best[left])
        area += (right - left) * (reference[1] - lowest)
    return area
