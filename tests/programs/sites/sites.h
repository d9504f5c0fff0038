/* What the parts of the program call of each other. */
int own_dup(int fd, int number);
int own_calls(int (*back)(int));
int bare_dup(int fd, int number);
int bare_calls(int (*back)(int), int size);
