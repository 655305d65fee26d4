"""Images and curves with matplotlib, crisp on every screen and the same on every run."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from d2l_local.common.alt_text import describe

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Limits = tuple[float, float] | None

# A date would change the file on every run.
_SVG_METADATA = {"Date": None, "Creator": None}
_PNG_DPI = 80
_PNG_COLOURS = 256


def svg_of(figure: Figure) -> str:
    """Return the figure as an SVG document that depends on nothing but its content."""
    import matplotlib as mpl

    # Nor may ids be random, as they are without a salt of our own.
    with mpl.rc_context({"svg.hashsalt": "d2l"}), io.StringIO() as file:
        figure.savefig(file, format="svg", bbox_inches="tight", metadata=_SVG_METADATA)
        return file.getvalue()


def png_of(figure: Figure) -> bytes:
    """Return the figure as a small PNG: what JupyterLab shows of a notebook not yet trusted."""
    from PIL import Image

    with io.BytesIO() as file, io.BytesIO() as small:
        figure.savefig(file, format="png", dpi=_PNG_DPI, bbox_inches="tight")
        # Unlike the default, which merges rare colours, this keeps the hue of each thin line.
        palette = (
            Image.open(file)
            .convert("RGB")
            .quantize(_PNG_COLOURS, method=Image.Quantize.MAXCOVERAGE)
        )
        palette.save(small, "png", optimize=True)
        return small.getvalue()


def mime_bundle(figure: Figure) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Return the figure as Jupyter displays it: data and metadata by media type."""
    png = base64.b64encode(png_of(figure)).decode("ascii")
    data = {"image/svg+xml": svg_of(figure), "image/png": png, "text/plain": repr(figure)}
    alt = {"alt": describe(figure)}
    return data, {"image/svg+xml": alt, "image/png": alt}


def use_svg_display() -> None:
    """Make Jupyter show matplotlib figures as SVG; elsewhere, do nothing."""
    shell = _notebook_shell()
    if shell is None:
        return
    from matplotlib.figure import Figure
    from matplotlib_inline.backend_inline import set_matplotlib_formats

    set_matplotlib_formats("svg", "png")
    formatters = shell.display_formatter.formatters
    for media_type, draw in (("image/svg+xml", svg_of), ("image/png", png_of)):
        formatters[media_type].for_type(Figure, _with_description(draw))


def _with_description(draw: Callable[[Figure], Any]) -> Callable[[Figure], tuple[Any, Any]]:
    return lambda figure: (draw(figure), {"alt": describe(figure)})


def _notebook_shell() -> Any | None:
    """Return the IPython shell of a Jupyter kernel, or None in a terminal or a script."""
    try:
        from IPython import get_ipython
    except ImportError:
        return None
    shell = get_ipython()
    return shell if shell is not None and getattr(shell, "kernel", None) is not None else None


def set_figsize(figsize: tuple[float, float] = (3.5, 2.5)) -> None:
    """Set the size of the figures that follow, (width, height) in inches."""
    import matplotlib.pyplot as plt

    use_svg_display()
    plt.rcParams["figure.figsize"] = figsize


def set_axes(
    axes: Axes,
    xlabel: str | None,
    ylabel: str | None,
    xlim: Limits,
    ylim: Limits,
    xscale: str,
    yscale: str,
    legend: Sequence[str] | None,
) -> None:
    """Set the labels, scales ("linear", "log", ...), limits and legend of `axes`."""
    axes.set_xlabel(xlabel or "")
    axes.set_ylabel(ylabel or "")
    axes.set_xscale(xscale)
    axes.set_yscale(yscale)
    axes.set_xlim(xlim)
    axes.set_ylim(ylim)
    if legend:
        axes.legend(legend)
    axes.grid()


def plot(
    X: Any,
    Y: Any = None,
    xlabel: str | None = None,
    ylabel: str | None = None,
    legend: Sequence[str] | None = None,
    xlim: Limits = None,
    ylim: Limits = None,
    xscale: str = "linear",
    yscale: str = "linear",
    fmts: Sequence[str] = ("-", "m--", "g-.", "r:"),
    figsize: tuple[float, float] = (3.5, 2.5),
    axes: Axes | None = None,
) -> None:
    """Draw one curve or several.

    `plot(x, [f, g])` draws both curves over the same x, `plot([x1, x2], [f, g])` each over its
    own, and `plot(f)` over 0, 1, 2, ... Each curve is a 1-D array or tensor, or a list.

    Raises:
        ValueError: if the numbers of x and y curves do not fit together.
    """
    import matplotlib.pyplot as plt

    xs, ys = _paired_curves(X, Y)
    set_figsize(figsize)
    axes = axes if axes is not None else plt.gca()
    axes.cla()
    for i, (x, y) in enumerate(zip(xs, ys, strict=True)):
        axes.plot(x, y, fmts[i % len(fmts)])
    set_axes(axes, xlabel, ylabel, xlim, ylim, xscale, yscale, legend)


def _paired_curves(X: Any, Y: Any) -> tuple[list[np.ndarray], list[np.ndarray]]:
    if Y is None:
        ys = _curves(X)
        return [np.arange(len(y)) for y in ys], ys
    xs, ys = _curves(X), _curves(Y)
    if len(xs) == 1:
        xs = xs * len(ys)
    if len(xs) != len(ys):
        raise ValueError(
            f"plot got {len(xs)} x curves for {len(ys)} y curves; give one, or as many"
        )
    return xs, ys


def _curves(data: Any) -> list[np.ndarray]:
    """Return a curve or a list of curves as a list of 1-D arrays."""
    if isinstance(data, (list, tuple)) and data and np.ndim(as_numpy(data[0])):
        return [np.ravel(as_numpy(curve)) for curve in data]
    array = as_numpy(data)
    return [array] if array.ndim <= 1 else list(array)


def as_numpy(data: Any) -> np.ndarray:
    """Return an array or tensor of any framework, on any device, as a numpy array."""
    if isinstance(data, (list, tuple)):
        return np.asarray([as_numpy(item) for item in data])
    if hasattr(data, "detach"):
        data = data.detach()
        data = data.asnumpy() if hasattr(data, "asnumpy") else data.cpu()
    return np.asarray(data)


def show_images(
    imgs: Any,
    num_rows: int,
    num_cols: int,
    titles: Sequence[str] | None = None,
    scale: float = 1.5,
) -> np.ndarray:
    """Show images in a grid and return its axes, an array of `num_rows * num_cols` Axes.

    Args:
        imgs: images of shape (height, width) in grey or (height, width, 3) in colour, as arrays
            or tensors of any framework.
        num_rows: rows of the grid.
        num_cols: columns of the grid; images that do not fit are left out.
        titles: one title per image.
        scale: width and height of one cell of the grid, in inches.
    """
    import matplotlib.pyplot as plt

    use_svg_display()
    _, grid = plt.subplots(
        num_rows, num_cols, figsize=(num_cols * scale, num_rows * scale), squeeze=False
    )
    cells = grid.flatten()
    for axes in cells:
        axes.axis("off")
    for i, (axes, img) in enumerate(zip(cells, imgs, strict=False)):
        axes.imshow(as_numpy(img), cmap="gray")
        if titles is not None and i < len(titles):
            axes.set_title(titles[i])
    return cells
