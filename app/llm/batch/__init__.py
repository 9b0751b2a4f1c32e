"""The Batch API: many questions in a file, answered within a day at half the price."""
