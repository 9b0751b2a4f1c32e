"""From bytes to text that can be read: encodings, front matter, markup."""
