"""A document without markup: its nouns, and how comparisons, stories and handouts become one."""
