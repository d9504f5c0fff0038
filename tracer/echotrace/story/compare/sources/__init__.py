"""What the source of a program tells of it: whether it sends in a loop."""
