"""The classifier: the way of an article from candidates to a decision that is kept."""
