"""Questions in words: stems, choices, excerpts of the timeline, answers for teachers."""
