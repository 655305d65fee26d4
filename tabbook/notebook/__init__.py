"""A chapter and a tab to a notebook, and what tells that one is out of date."""
