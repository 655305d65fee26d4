"""The figure of a training: losses in one panel, accuracies in another, names above the curves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from d2l_local.common.live import Curves, dress, follow_points, legend_above, margins, set_points

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    from d2l_local.common.board import ProgressBoard

# `Module.plot` makes labels of these: "train_loss", "val_acc".
_SPLITS = {"train": "training", "val": "validation", "test": "test"}
_QUANTITIES = {"acc": "accuracy"}
# Accuracies have no unit in common with losses, and a range of their own.
_MAIN, _ACCURACY = "main", "accuracy"
# The width of each of two panels, relative to that of one alone.
_SHARE = 0.8


class Panels:
    """The curves of a board in a figure.

    Args:
        board: what has the curves, and says how they look.
        figure: where they are drawn.
        axes: those of all curves; if None, panels are made.
        figsize: width and height of one panel, in inches; if None, the figure keeps its size.
    """

    def __init__(
        self,
        board: ProgressBoard,
        figure: Figure,
        axes: Axes | None = None,
        figsize: tuple[float, float] | None = None,
    ):
        self.board = board
        self.figure = figure
        self.given = axes
        self.figsize = figsize
        self.axes: dict[str, Axes] = {}
        self.lines: dict[str, Line2D] = {}

    def update(self, curves: Curves) -> None:
        """Draw the curves as they are now."""
        if not self.axes or list(self.lines) != list(curves):
            self._arrange(list(curves))
        for label, points in curves.items():
            set_points(self.axes[self._panel(label)], self.lines[label], points)
        board = self.board
        for panel, axes in self.axes.items():
            ylabel, ylim, yscale = self._quantity(panel), None, "linear"
            if panel == _MAIN:
                ylabel, ylim, yscale = board.ylabel or ylabel, board.ylim, board.yscale
            dress(axes, board.xlabel, ylabel, board.xlim, ylim, board.xscale, yscale)
            axes.relim()
            follow_points(axes)

    def extend(self, label: str, curves: Curves) -> None:
        """Draw the new point of the curve `label`; quicker than `update`."""
        if list(self.lines) == list(curves):
            set_points(self.axes[self._panel(label)], self.lines[label], curves[label])
        else:
            self.update(curves)

    def clear(self) -> None:
        """Take the curves off the axes; what else was drawn there stays."""
        for line in self.lines.values():
            line.remove()
        self.lines = {}

    def _arrange(self, labels: Sequence[str]) -> None:
        """Make the panels that `labels` need, with a line for each, alike for alike names."""
        self.clear()
        self._make_axes({self._panel(label) for label in labels} or {_MAIN})
        styles: dict[str, int] = {}
        lines = {}
        for panel, axes in self.axes.items():
            own = [label for label in labels if self._panel(label) == panel]
            names = [_name(label, in_full=not _common(own)) for label in own]
            for label, name in zip(own, names, strict=True):
                i = styles.setdefault(name, len(styles))
                ls, color = (kinds[i % len(kinds)] for kinds in (self.board.ls, self.board.colors))
                (lines[label],) = axes.plot([], [], ls=ls, color=color, label=name)
            legend_above(axes, [lines[label] for label in own], names)
        self.lines = {label: lines[label] for label in labels}

    def _panel(self, label: str) -> str:
        is_accuracy = self.given is None and _words(label)[1] == _ACCURACY
        return _ACCURACY if is_accuracy else _MAIN

    def _quantity(self, panel: str) -> str | None:
        return _common(label for label in self.lines if self._panel(label) == panel)

    def _make_axes(self, panels: set[str]) -> None:
        """Put the panels side by side; axes that are there already stay the same objects."""
        if self.given is not None:
            self.axes = {_MAIN: self.given}
            return
        if self.figsize is not None:
            width, height = self.figsize
            self.figure.set_size_inches(width * (2 * _SHARE if len(panels) == 2 else 1), height)
        width, height = self.figure.get_size_inches()
        grid = self.figure.add_gridspec(1, len(panels), wspace=0.45, **margins(width, height))
        made = {}
        for i, panel in enumerate(sorted(panels, reverse=True)):
            place = grid[i]
            made[panel] = self.axes.get(panel) or self.figure.add_subplot(place)
            made[panel].set_subplotspec(place)
        self.axes = made
        self.figure.sca(next(iter(made.values())))


def _words(label: str) -> tuple[str, str | None]:
    """Return ("training", "loss") for "train_loss", and (label, None) for other labels."""
    split, _, quantity = label.partition("_")
    if split not in _SPLITS or not quantity:
        return label, None
    return _SPLITS[split], _QUANTITIES.get(quantity, quantity.replace("_", " "))


def _name(label: str, in_full: bool) -> str:
    split, quantity = _words(label)
    return f"{split} {quantity}" if in_full and quantity else split


def _common(labels: Iterable[str]) -> str | None:
    """Return the quantity of the labels, if it is the same for all."""
    quantities = {_words(label)[1] for label in labels}
    return quantities.pop() if len(quantities) == 1 else None
