"""Read finished talks from the library, export transcripts, and maintain the library."""
