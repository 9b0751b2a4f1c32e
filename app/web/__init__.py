"""The editor's pages: an article in, its decision shown, definitions as they were understood."""
