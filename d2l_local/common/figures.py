"""Images and curves with matplotlib, crisp on every screen and the same on every run."""

from __future__ import annotations

import base64
import io
import logging
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from d2l_local.common import figure_data
from d2l_local.common.alt_text import describe

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Limits = tuple[float, float] | None

logger = logging.getLogger("d2l_local")

# A date would change the file on every run.
_SVG_METADATA = {"Date": None, "Creator": None}
# What JupyterLab with its file browser leaves of a window of 1280 pixels; it cuts off the rest.
_PAGE_WIDTH = 848
_POINTS_PER_PIXEL = 72 / 96
_SVG_SIZE = re.compile(r'\bwidth="([\d.]+)pt" height="([\d.]+)pt"')
_PNG_DPI = 80
_PNG_COLOURS = 256


def svg_of(figure: Figure) -> str:
    """Return the figure as an SVG document that depends on nothing but its content."""
    import matplotlib as mpl

    # Nor may ids be random, as they are without a salt of our own.
    with mpl.rc_context({"svg.hashsalt": "d2l"}), io.StringIO() as file:
        figure.savefig(file, format="svg", bbox_inches="tight", metadata=_SVG_METADATA)
        return _no_wider_than_the_page(file.getvalue())


def _no_wider_than_the_page(svg: str) -> str:
    size = _SVG_SIZE.search(svg)
    limit = _PAGE_WIDTH * _POINTS_PER_PIXEL
    if size is None or float(size[1]) <= limit:
        return svg
    height = float(size[2]) * limit / float(size[1])
    return f'{svg[: size.start()]}width="{limit:g}pt" height="{height:g}pt"{svg[size.end() :]}'


def png_of(figure: Figure) -> bytes:
    """Return the figure as a small PNG: what JupyterLab shows of a notebook not yet trusted."""
    from PIL import Image

    with io.BytesIO() as file, io.BytesIO() as small:
        figure.savefig(file, format="png", dpi=_PNG_DPI, bbox_inches="tight")
        picture = Image.open(file).convert("RGB")
        picture.thumbnail((_PAGE_WIDTH, picture.height))
        # Unlike the default, which merges rare colours, this keeps the hue of each thin line.
        palette = picture.quantize(_PNG_COLOURS, method=Image.Quantize.MAXCOVERAGE)
        palette.save(small, "png", optimize=True)
        return small.getvalue()


def mime_bundle(figure: Figure) -> tuple[dict[str, Any], dict[str, dict[str, str]]]:
    """Return the figure as Jupyter displays it: data and metadata by media type."""
    svg, png = svg_of(figure), png_of(figure)
    data = {
        "image/svg+xml": svg,
        "image/png": base64.b64encode(png).decode("ascii"),
        "text/plain": repr(figure),
        **_comparable(figure, {"image/svg+xml": svg.encode(), "image/png": png}),
    }
    alt = _description(figure)
    return data, {"image/svg+xml": alt, "image/png": alt}


def use_svg_display() -> None:
    """Make Jupyter show matplotlib figures as SVG; elsewhere, do nothing."""
    shell = _notebook_shell()
    if shell is None:
        return
    from matplotlib.figure import Figure
    from matplotlib_inline.backend_inline import set_matplotlib_formats

    set_matplotlib_formats()  # none, for they would come before those of the bundle
    formatter = shell.display_formatter

    def bundle(figure: Figure) -> tuple[dict[str, Any], dict[str, dict[str, str]]]:
        own_choice = any(Figure in each.type_printers for each in formatter.formatters.values())
        return (_comparable(figure, {}), {}) if own_choice else mime_bundle(figure)

    formatter.mimebundle_formatter.for_type(Figure, bundle)


def _comparable(figure: Figure, pictures: dict[str, bytes]) -> dict[str, Any]:
    """Return what a re-execution compares, by media type; it is no reason to show no figure."""
    try:
        return {figure_data.MIME_TYPE: figure_data.figure_data(figure, pictures)}
    except Exception:  # of any unit, projection or artist that somebody invents
        logger.debug("no data of %r", figure, exc_info=True)
        return {}


def _description(figure: Figure) -> dict[str, str]:
    """Return a figure's alt text as metadata; a figure is worth showing without one, too."""
    try:
        return {"alt": describe(figure)}
    except Exception:  # of any unit, projection or artist that somebody invents
        logger.debug("no description of %r", figure, exc_info=True)
        return {"alt": "Figure without a description."}


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
    axes.grid(True)


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
    """Draw one curve or several, in a figure of their own unless `axes` says where.

    Axes that the caller has just made (`d2l.plt.subplot(1, 2, 1)`) and that are still empty are
    taken as well; whatever `axes` held is erased.

    `plot(x, [f, g])` draws both curves over the same x, `plot([x1, x2], [f, g])` each over its
    own, and `plot(f)` over 0, 1, 2, ... Each curve is a 1-D array or tensor, or a list.

    Raises:
        ValueError: if the numbers of x and y curves do not fit together.
    """
    xs, ys = _paired_curves(X, Y)
    set_figsize(figsize)
    axes = axes if axes is not None else _empty_axes()
    axes.cla()
    for i, (x, y) in enumerate(zip(xs, ys, strict=True)):
        axes.plot(x, y, fmts[i % len(fmts)])
    set_axes(axes, xlabel, ylabel, xlim, ylim, xscale, yscale, legend)


def _empty_axes() -> Axes:
    import matplotlib.pyplot as plt

    if plt.get_fignums():
        axes = plt.gca()
        # The cells of a grid of images have no axis, and one without an image is no place to plot.
        if axes.axison and not axes.has_data() and not axes.texts:
            return axes
    return plt.figure().gca()


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
        return np.asarray([_off_device(item) for item in data])
    data = _off_device(data)
    # What is masked is to stay out of the picture.
    return data if isinstance(data, np.ma.MaskedArray) else np.asarray(data)


def _off_device(data: Any) -> Any:
    """Return tensors and lists as arrays, and all else (numbers, dates, images) as it is."""
    if isinstance(data, (list, tuple)):
        return as_numpy(data)
    if hasattr(data, "detach"):
        data = data.detach()
        data = data.asnumpy() if hasattr(data, "asnumpy") else data.cpu()
    return np.asarray(data) if hasattr(data, "__array__") and not np.ma.isMA(data) else data


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
            or tensors of any framework, or as PIL's; PyTorch's and MXNet's (1, height, width) and
            (3, height, width) will do.
        num_rows: rows of the grid.
        num_cols: columns of the grid; images that do not fit are left out.
        titles: one title per image.
        scale: width and height of one cell of the grid, in inches. Jupyter shows a grid that is
            wider than its page as wide as the page.
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
        axes.imshow(_channels_last(as_numpy(img)), cmap="gray")
        if titles is not None and i < len(titles):
            axes.set_title(titles[i])
    return cells


def _channels_last(image: np.ndarray) -> np.ndarray:
    first = image.ndim == 3 and image.shape[0] in (1, 3) and image.shape[-1] not in (1, 3, 4)
    return np.moveaxis(image, 0, -1) if first else image
