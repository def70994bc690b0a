"""A mail server that keeps what it is given, and inboxes to read it in."""
