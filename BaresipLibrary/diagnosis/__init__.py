"""Explanations: what most likely explains a failure, from what agents saw."""
