"""How long a step takes that maximises a score."""
