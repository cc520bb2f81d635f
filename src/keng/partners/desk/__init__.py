"""The desk's side of partners: inviting them, and being the second person for a partner of one."""
