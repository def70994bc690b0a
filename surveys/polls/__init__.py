"""Polls: one short question, many doors, one count."""
