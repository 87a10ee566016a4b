"""The model: agents, their calls and what they saw. It knows no Robot.

Events alone change what is known of a phone; keywords write down what the suite asks for.
"""
