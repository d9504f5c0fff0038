"""The handout: what a lecturer prints on the evening before; a page a module."""
