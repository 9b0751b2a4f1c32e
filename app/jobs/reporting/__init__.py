"""Reporting: what became of a job."""
