"""The model: agents, their calls and what they saw. Events alone change it; knows no Robot."""
