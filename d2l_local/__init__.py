"""The library of the course: `from d2l_local import torch as d2l`, or another of its faces.

Importing this package imports no framework; each face imports its own.
"""

__version__ = "0.1.0"
