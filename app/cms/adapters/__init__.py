"""Payloads of webhooks mapped to events, one module per CMS."""
