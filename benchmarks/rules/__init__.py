"""How fast learning rules learn, beside the same updates written as textbooks write them."""
