"""Tests of what the library does with samples."""
