"""Any installed baresip, 1.0 to 4.x, driven over its module ctrl_tcp."""
