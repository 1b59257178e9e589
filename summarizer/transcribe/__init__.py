"""From captions or sound to segments with times."""
