"""From definition files to a taxonomy: what a publisher wrote, read without loss."""
