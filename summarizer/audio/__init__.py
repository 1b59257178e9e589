"""Everything that opens media: the sandboxed decoding process, completeness, and voice activity."""
