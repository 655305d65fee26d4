"""Text to a chapter: cells, blocks and marks, each with its line in the file."""
