"""What notebooks need that were written for older releases, of `d2l` and of other packages."""
