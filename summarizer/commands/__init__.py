"""The commands, by what they are about. Each module adds its own to `options.app`; `jobs` does the work."""
