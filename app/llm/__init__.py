"""The OpenAI-compatible wire: what we send, what comes back, what it cost."""
