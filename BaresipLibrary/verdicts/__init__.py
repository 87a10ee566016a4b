"""Verdicts of several parts, each with pass or fail: on a hold, on a transfer."""
