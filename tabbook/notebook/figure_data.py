"""What figures in notebooks show as data: texts as they are, and lists of numbers as one string."""

MIME_TYPE = "application/vnd.d2l-local.figure+json"
FIGURE_FIELDS = {"axes", "texts", "pictures"}
AXES_FIELDS = {
    *("title", "legend", "texts", "series"),
    *("xlabel", "xscale", "xlim", "xticks"),
    *("ylabel", "yscale", "ylim", "yticks"),
    *("zlabel", "zscale", "zlim", "zticks"),
}
SERIES_FIELDS = {
    *("kind", "label", "look", "levels", "shape"),
    *("x", "y", "z", "feet", "colours", "pixels", "spread"),
}
