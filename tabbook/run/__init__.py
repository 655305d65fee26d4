"""Kernels, execution, and what tells that a notebook is out of date."""
