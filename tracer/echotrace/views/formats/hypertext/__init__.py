"""What pages and fragments of HTML have in common: a drawer for each kind of block."""
