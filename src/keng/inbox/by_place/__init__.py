"""Where the open tips are: the map of communes and the lists of hamlets."""
