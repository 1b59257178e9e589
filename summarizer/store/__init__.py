"""The library on disk: atomic files, one folder per video, and what a stage's key is made of."""
