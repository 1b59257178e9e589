"""The Whisper network: open its weights, choose batches, encode, decode, and align words with the audio."""
