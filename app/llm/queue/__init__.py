"""When each request to one server is sent."""
