"""Populations in files: read without running anything, written whole or not at all."""

from homolog.files._inspect import ArrayInfo, Contents, inspect
from homolog.files._load import arrays, load
from homolog.files._save import save

__all__ = ["ArrayInfo", "Contents", "arrays", "inspect", "load", "save"]
