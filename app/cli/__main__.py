"""`emessi`, and `python -m app.cli` for its children."""

import gc


def start() -> None:
    """Nothing that is imported is garbage: looking for it took a quarter of the start, and would
    interrupt those who talk by a tenth of a second now and then."""
    gc.disable()
    from app.cli.commands import main

    gc.freeze()
    gc.enable()
    main()


if __name__ == "__main__":
    start()
