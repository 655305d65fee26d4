"""Tabbed Markdown to one notebook per framework, and to a Jupyter Book with synced tabs."""
