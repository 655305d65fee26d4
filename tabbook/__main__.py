"""`tabbook` and `python -m tabbook`: the process around the command line."""


def main() -> int:
    """Run the command line; return its exit status."""
    from tabbook.cli import main as run

    return run()


if __name__ == "__main__":
    raise SystemExit(main())
