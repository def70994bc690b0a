"""A questionnaire tried out: chat and web side by side, at any answers, storing nothing."""
