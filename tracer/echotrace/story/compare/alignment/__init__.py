"""Which steps of several stories stand on one row: minimum edit scripts, and what has moved."""
