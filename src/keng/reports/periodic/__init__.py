"""The periodic report: nine blocks, identities that must hold, and what was signed for good."""
