"""Encoding scores beside himalaya and scikit-learn."""
