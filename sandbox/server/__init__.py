"""A Bot API server that keeps its whole world in memory and is stricter than the real one."""
