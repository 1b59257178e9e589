"""One talk of a library, for looking at: its stages, its text in time, and what its claims stand on.

For notebooks and other people at a desk: nothing else in the package imports it. `talk` reads the library and computes,
`pictures` draws and is alone in importing matplotlib (the extra `notebooks`).
"""
