"""Counting, pure: from ballots and a rule to an outcome that anybody can compute again."""
