"""What a trace means: who did what for which connection."""
