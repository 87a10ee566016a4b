"""Audio as numbers: levels, tones, recordings and prompts, as pure functions on samples."""
