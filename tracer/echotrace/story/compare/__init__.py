"""Two to six stories laid against each other: what is the same, what differs, and why."""
