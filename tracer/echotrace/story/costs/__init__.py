"""What a server costs: calls, tasks and descriptors, and the time that its clients wait."""
