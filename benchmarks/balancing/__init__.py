"""How fast networks are balanced, beside other ways to the same equilibrium."""
