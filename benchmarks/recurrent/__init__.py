"""How long an iteration of backpropagation through time takes."""
