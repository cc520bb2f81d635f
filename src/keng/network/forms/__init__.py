"""What a desk fills in about groups, leads, establishments and teams, and who subscribes."""
