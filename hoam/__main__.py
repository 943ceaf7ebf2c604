"""`python -m hoam`: the command line of `hoam.commands`."""

from hoam.commands import main

if __name__ == "__main__":
    raise SystemExit(main())
