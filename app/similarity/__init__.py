"""Owns how alike texts are: embeddings, lexical evidence, the ranking of categories for an article."""
