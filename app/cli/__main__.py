"""`python -m app.cli`, for the children of `emessi serve`."""

from app.cli.commands import main

main()
