"""Many calls at the same time, or at a rate: who calls whom, when, and what came of it."""
