"""Files: tags written back to front matter, and undone."""
