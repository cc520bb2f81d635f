"""Pages of the public site about accounts: signing in as a member of a partner."""
