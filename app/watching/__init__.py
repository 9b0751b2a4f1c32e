"""What whoever runs the service can see: figures, log lines, traces, and whether all is well."""
