"""Signatures of webhooks, as each sender makes them."""
