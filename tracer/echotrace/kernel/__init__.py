"""A model of what the kernel keeps for a server: tasks, descriptor tables, open descriptions."""
