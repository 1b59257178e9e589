"""The script that made the media of the embedded sample."""
