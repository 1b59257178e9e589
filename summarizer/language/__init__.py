"""English text and the terms of the field: words, numbers, sentences, frequencies, the glossary, and data files."""
