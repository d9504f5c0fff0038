"""What differs between two sides, in words: a module for each group of rules."""
