"""Scripts for maintainers: make the sample, refresh the glossary, and write the reference pages."""
