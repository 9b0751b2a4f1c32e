"""How one server is spoken to, and what is known of it."""
