"""Planning: what a job is about, and what it comes to, before anything is spent."""
