"""Scripts for maintainers: making the sample, refreshing the glossary, regenerating the reference pages."""
