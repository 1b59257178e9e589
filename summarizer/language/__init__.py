"""English and the names of the field: words, numbers, sentences, frequencies, terms, and the data files behind them."""
