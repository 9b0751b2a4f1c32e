"""The form of a reply, and reading what comes back."""
