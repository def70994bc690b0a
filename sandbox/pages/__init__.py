"""What people see of the sandbox in a browser."""
