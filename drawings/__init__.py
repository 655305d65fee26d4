"""The drawings of the course: a module each, with a function `draw`, on one kit."""
