"""Batches: jobs whose questions go through a provider's Batch API."""
