"""Recording: starts a server under ptrace and writes down what it does (Linux only)."""
