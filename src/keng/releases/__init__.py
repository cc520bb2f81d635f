"""Four eyes: what one person wrote goes out when another one has read exactly that."""
