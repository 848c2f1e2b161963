"""How fast neurons are matched, beside other exact solvers."""
