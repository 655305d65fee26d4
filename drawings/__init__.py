"""The drawings of the course: one module each, with a function `draw`, on the kit that they share."""
