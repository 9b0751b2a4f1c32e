"""What an editor should know about a taxonomy before any article is tagged with it."""
