"""Working: the worker of a process, its queues, and what it does with jobs and items."""
