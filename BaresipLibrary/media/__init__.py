"""What agents send and hear: tones, prompts, silence, digits, and how good and how late it is."""
