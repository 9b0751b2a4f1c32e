"""Judges: an article and candidates in, unchecked verdicts out."""
