"""Scopenote: articles in, tags with reasons out."""
