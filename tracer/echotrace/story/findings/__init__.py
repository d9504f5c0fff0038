"""What is wrong with a server, or worth knowing of it, proved by the events of its trace."""
