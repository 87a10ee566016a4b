"""The domain: agents, their calls and what they saw. Knows no Robot and no process."""
