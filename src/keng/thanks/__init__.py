"""Thanks to teams and groups for what reports led to, told only where it gives nobody away."""
