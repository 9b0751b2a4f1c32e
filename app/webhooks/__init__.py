"""Deliveries from CMSs: verified, mapped, kept, answered."""
