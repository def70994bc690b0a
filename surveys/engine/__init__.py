"""The pure engine: a form, a session, an input; events and prompts come out."""
