"""JSON over HTTP: classify, categories, health, and errors as problem documents."""
