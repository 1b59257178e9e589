"""The scripts that made the embedded sample: speech, training text, training of the model, and its score."""
