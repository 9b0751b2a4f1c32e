"""Sentences of an article that speak to a model instead of to readers."""
