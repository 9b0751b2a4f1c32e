"""Jobs: durable batch work over an archive, its plan, its report and its undo."""
