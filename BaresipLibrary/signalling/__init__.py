"""What agents do in SIP: register, call, hold, transfer, and wait for states."""
