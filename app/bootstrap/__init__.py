"""The composition: from settings to services, the only place that picks concrete classes."""
