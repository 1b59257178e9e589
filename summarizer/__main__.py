"""`python -m summarizer` is the command line too."""

from summarizer.cli import main

main()
