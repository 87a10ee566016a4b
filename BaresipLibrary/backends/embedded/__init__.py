"""baresip 4.x inside the wheel `baresip-python`: one child process an agent."""
