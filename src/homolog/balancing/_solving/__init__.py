"""How an equilibrium is found: a problem, four methods that move it, and which of them when."""
