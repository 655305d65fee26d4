"""Kernels, and the execution of notebooks."""
