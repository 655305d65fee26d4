"""The notebooks of all tabs to one page of Jupyter Book's."""
