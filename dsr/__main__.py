"""``python -m dsr``: the same program as the ``dsr`` command."""

from dsr.cli.main import main

if __name__ == "__main__":
    main()
