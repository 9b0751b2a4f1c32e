"""Prompts: files on disk, composed so that what never changes comes first."""
