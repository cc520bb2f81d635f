"""The keng command and the processes it starts."""
