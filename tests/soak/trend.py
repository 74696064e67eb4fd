"""The straight line through measurements."""

from collections.abc import Sequence


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Least squares: how much y grows with each x."""
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread
