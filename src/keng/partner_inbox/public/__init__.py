"""Pages of partners' inboxes on the public site: of whoever writes, and of members."""
