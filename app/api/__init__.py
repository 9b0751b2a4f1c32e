"""JSON over HTTP: classify, what is kept, categories, health, and errors as problem documents."""
