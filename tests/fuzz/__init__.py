"""Input that nobody would type: no page breaks, and nothing is ever written by half."""
