"""The tables of the first revision, as they were when the store began."""
