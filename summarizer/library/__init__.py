"""One reader of a finished talk, and everything that looks after a library."""
