"""What belongs to a whole book: settings, tables of contents, labels, links, citations."""
