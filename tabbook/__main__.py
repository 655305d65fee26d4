"""`tabbook` and `python -m tabbook`: the process around the command line."""

import sys


def main() -> int:
    """Run the command line; return its exit status."""
    # nbformat imports jsonschema, which spends two seconds on compiling a grammar of this package
    # where it finds it. The grammar is for a format that notebooks do not use.
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    from tabbook.cli import main as run

    return run()


if __name__ == "__main__":
    raise SystemExit(main())
