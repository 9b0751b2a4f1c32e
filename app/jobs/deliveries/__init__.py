"""Deliveries worked on: from an event to a decision, to tags in the CMS, to a callback."""
