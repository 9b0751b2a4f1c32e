"""How the store's tables came to be, revision by revision; a released one is never edited."""
