"""Where talks are worked on. Stages are *what* runs; an engine decides *where* and in which order."""
