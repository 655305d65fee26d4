"""`tabbook` and `python -m tabbook`: the process around the command line."""

import sys


def main() -> int:
    """Run the command line; return its exit status."""
    # nbformat imports jsonschema, which imports these where it finds them: one compiles a grammar
    # for two seconds, the other brings a calendar. Notebooks use neither of their formats.
    for package in ("rfc3987_syntax", "isoduration"):
        sys.modules[package] = None  # type: ignore[assignment]
    from tabbook.cli import main as run

    return run()


if __name__ == "__main__":
    raise SystemExit(main())
