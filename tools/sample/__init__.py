"""How the embedded sample was made: speech, training text, the model's training and its score. Run by hand only."""
