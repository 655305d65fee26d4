"""A chapter and a tab to a notebook."""
