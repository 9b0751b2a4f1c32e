"""Rules: pure functions of values handed to them, from a verdict to an assignment."""
