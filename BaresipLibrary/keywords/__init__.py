"""Robot-facing keywords, one component a topic: convert, delegate, log."""
