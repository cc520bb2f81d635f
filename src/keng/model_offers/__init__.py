"""Models to copy: what a desk offers to other desks, and what they took over as their own."""
