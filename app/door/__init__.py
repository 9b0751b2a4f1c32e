"""Who is let in, and how what is refused looks: for all that answers over HTTP."""
