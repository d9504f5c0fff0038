"""Comparisons and timelines as Markdown, as an HTML fragment and as JSON."""
