"""Pages of partners on the public site: what everybody reads, and what only members open."""
