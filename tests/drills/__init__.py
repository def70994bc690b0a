"""Kills at random moments, and a count of what everybody got."""
